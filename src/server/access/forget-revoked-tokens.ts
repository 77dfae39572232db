import type { DocumentNode } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { mentionsField } from '../operations/mentions-field.js'

/** Whether a token may be revoked by an operation of this document. */
const mayRevokeToken = mentionsField('revokeToken')

/** Calls `onTokenRevoked` after each operation that may have revoked a token. */
export function forgetRevokedTokens(onTokenRevoked: () => void): Plugin {
  return {
    onExecute({ args }) {
      return mayRevokeToken(args.document as DocumentNode) ? { onExecuteDone: () => onTokenRevoked() } : undefined
    },
  }
}
