import { getOperationAST } from 'graphql'
import type { DocumentNode, ExecutionArgs, ExecutionResult } from 'graphql'
import type { Context } from '../../graphql/context.js'
import { maskError } from '../../graphql/errors.js'
import { mentionsField } from './mentions-field.js'

const LONGEST_NAME = 100

/** One GraphQL operation, for logs, metrics and traces. It contains no text that a person wrote. */
export interface Operation {
  requestId: string
  workspace: string | null
  /** The token's id. */
  token: string | null
  /** The client's name of the operation: letters, digits and underscores. */
  name: string | null
  kind: 'query' | 'mutation' | 'subscription'
}

/** A claim may wait for work, as requested, so its time says little. */
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

/** Whether these codes mean that the server or its database failed, rather than that a rule refused the call. */
export function tellsOfFailure(codes: readonly string[]): boolean {
  return codes.includes('INTERNAL') || codes.includes('UNAVAILABLE')
}

/** The distinct codes of a result's errors. */
export function codesOf({ errors }: ExecutionResult): string[] {
  if (errors === undefined || errors.length === 0) return []
  return [...new Set(errors.map((error) => String(maskError(error).extensions['code'])))]
}
