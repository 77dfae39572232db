import { RequestError } from '@agentclientprotocol/sdk'
import { isRecord, text } from './child-process.js'
import type { FailedTurn } from './failure-reason.js'

/** The protocol's code for "sign in first". */
const AUTH_REQUIRED = -32000
const METHOD_NOT_FOUND = -32601

/** Agents' names of errors that the failure rules know by another name. */
const KINDS: Readonly<Record<string, Pick<FailedTurn, 'apiStatus' | 'code'>>> = {
  invalid_request: { apiStatus: 400 },
  rate_limit: { code: 'rate_limit_error' },
  overloaded: { code: 'overloaded_error' },
  oauth_org_not_allowed: { code: 'permission_error' },
  ContextOverflowError: { code: 'context_length_exceeded' },
  ProviderAuthError: { code: 'authentication_error' },
}

/**
 * What an error tells about the turn that it ended. Agents put the provider's status into the error's code (Gemini CLI)
 * or into `data.statusCode` (opencode), and the kind of error into `data.errorKind` (claude-agent-acp) or
 * `data.errorName` (opencode).
 */
export function failedTurn(error: unknown): FailedTurn {
  const parts = { error: messageOf(error) }
  if (!(error instanceof RequestError)) return parts
  const { statusCode, errorKind, errorName } = isRecord(error.data) ? error.data : {}
  const kind = text(errorKind) ?? text(errorName)
  const apiStatus = [statusCode, error.code].find(isStatus) ?? null
  return { ...parts, apiStatus, code: kind, ...KINDS[kind ?? ''] }
}

function isStatus(value: unknown): value is number {
  return typeof value === 'number' && value >= 400 && value < 600
}

export function isMissingMethod(error: unknown): boolean {
  return error instanceof RequestError && error.code === METHOD_NOT_FOUND
}

export function asksToSignIn(error: unknown): boolean {
  return error instanceof RequestError && error.code === AUTH_REQUIRED
}

/** The text of an agent's error. Most agents put it into `data`, with only "Internal error" as the message. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const details = error instanceof RequestError ? detailsOf(error.data) : null
  if (details === null || error.message.includes(details)) return error.message
  return /^internal error$/i.test(error.message) ? details : `${error.message}: ${details}`
}

function detailsOf(data: unknown): string | null {
  if (!isRecord(data)) return text(data)
  return text(data.details) ?? text(data.message) ?? text(data.error) ?? detailsOf(data.error ?? null)
}
