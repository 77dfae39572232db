/** Events about a conversation as a whole: its texts, and where its events are stored. */

/** Texts of the conversation were erased. The log itself is unchanged. */
export interface ConversationErased {
  /** Erases only the texts of turns that ended at or before this version. Missing: all texts and the title. */
  throughVersion?: number
}

/**
 * The events up to `throughVersion` were moved from the database to an archive file. `digest` is that of the last of them,
 * `exportDigest` that of the file's lines: SHA-256, base64url.
 */
export interface ConversationSealed {
  throughVersion: number
  digest: string
  exportDigest: string
}

/** All sealed events are in the database again. */
export type ConversationRestored = Record<string, never>
