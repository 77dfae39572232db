/** What is said of a conversation as a whole, of its texts and of where it is kept. */

/** Texts of the conversation were erased; what the log holds stays. */
export interface ConversationErased {
  /** Only those of turns that had ended when the stream stood at this version. Missing: all, and the title. */
  throughVersion?: number
}
