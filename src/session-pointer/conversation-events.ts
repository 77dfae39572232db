/** What is said of a conversation as a whole, of its texts and of where it is kept. */

/** Texts of the conversation were erased; what the log holds stays. */
export interface ConversationErased {
  /** Only those of turns that had ended when the stream stood at this version. Missing: all, and the title. */
  throughVersion?: number
}

/**
 * The events up to `throughVersion`, the last of which has this `digest`, are in an archive file whose lines have the digest
 * `exportDigest`: SHA-256, base64url. Their rows leave the database.
 */
export interface ConversationSealed {
  throughVersion: number
  digest: string
  exportDigest: string
}

/** All that was sealed is in the database again. */
export type ConversationRestored = Record<string, never>
