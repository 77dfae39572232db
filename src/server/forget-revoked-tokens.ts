import type { DocumentNode } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { mentionsField } from './mentions-field.js'

/** Calls `onTokenRevoked` after each operation that may have revoked a token. */
export function forgetRevokedTokens(onTokenRevoked: () => void): Plugin {
  const revokes = mentionsField('revokeToken')
  return {
    onExecute({ args }) {
      return revokes(args.document as DocumentNode) ? { onExecuteDone: () => onTokenRevoked() } : undefined
    },
  }
}
