import { getOperationAST } from 'graphql'
import type { DocumentNode, ExecutionArgs, ExecutionResult } from 'graphql'
import type { Context } from '../../graphql/context.js'
import { maskError } from '../../graphql/errors.js'
import { mentionsField } from './mentions-field.js'

const LONGEST_NAME = 100

/** One GraphQL operation, in the words of logs, metrics and traces: nothing that a person wrote is in it. */
export interface Operation {
  requestId: string
  workspace: string | null
  /** The token's id. */
  token: string | null
  /** As the client calls it: letters, digits and underscores. */
  name: string | null
  kind: 'query' | 'mutation' | 'subscription'
}

/** Of a claim, much of the time is a wait for work, as it was asked to be. */
const mayWait = mentionsField('claimTask', 'claimTasks')

export function isExpectedToWait({ document }: Pick<ExecutionArgs, 'document'>): boolean {
  return mayWait(document)
}

export function operationOf(args: { document: unknown; operationName?: unknown; contextValue?: unknown }): Operation {
  const { caller, requestId } = args.contextValue as Context
  const name = typeof args.operationName === 'string' ? args.operationName : undefined
  const operation = getOperationAST(args.document as DocumentNode, name)
  return {
    requestId,
    workspace: caller?.workspaceId ?? null,
    token: caller?.tokenId ?? null,
    name: operation?.name?.value.slice(0, LONGEST_NAME) ?? null,
    kind: operation?.operation ?? 'query',
  }
}

/** Whether these codes say that the server or its database failed, and not that a rule refused the call. */
export function tellsOfFailure(codes: readonly string[]): boolean {
  return codes.includes('INTERNAL') || codes.includes('UNAVAILABLE')
}

/** The codes of a result's errors, each once. */
export function codesOf({ errors }: ExecutionResult): string[] {
  if (errors === undefined || errors.length === 0) return []
  return [...new Set(errors.map((error) => String(maskError(error).extensions['code'])))]
}
