/** The requested part of the conversation is in its archive file. */
export class ConversationSealed extends Error {
  constructor(conversationId: string, throughVersion: number) {
    super(sealedMessage(conversationId, throughVersion))
    this.name = 'ConversationSealed'
  }
}

export function sealedMessage(conversationId: string, throughVersion: number): string {
  return (
    `${conversationId} is sealed up to version ${throughVersion}: what stands there is in its archive file. ` +
    `Bring it back with: baton restore-conversation ${conversationId}`
  )
}
