import { visit } from 'graphql'
import type { DocumentNode } from 'graphql'
import type { Plugin } from 'graphql-yoga'

/** Calls `onTokenRevoked` after each operation that may have revoked a token. */
export function forgetRevokedTokens(onTokenRevoked: () => void): Plugin {
  /** Yoga gives the same document for the same text, so each is looked through once. */
  const seen = new WeakMap<DocumentNode, boolean>()
  return {
    onExecute({ args }) {
      const document = args.document as DocumentNode
      const revokes = seen.get(document) ?? mentionsRevocation(document)
      seen.set(document, revokes)
      return revokes ? { onExecuteDone: () => onTokenRevoked() } : undefined
    },
  }
}

function mentionsRevocation(document: DocumentNode): boolean {
  let found = false
  visit(document, {
    Field({ name }) {
      if (name.value === 'revokeToken') found = true
    },
  })
  return found
}
