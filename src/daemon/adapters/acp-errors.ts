import { RequestError } from '@agentclientprotocol/sdk'
import { isRecord, text } from './child-process.js'

/** The protocol's code for "sign in first". */
const AUTH_REQUIRED = -32000
const METHOD_NOT_FOUND = -32601

export function isMissingMethod(error: unknown): boolean {
  return error instanceof RequestError && error.code === METHOD_NOT_FOUND
}

export function asksToSignIn(error: unknown): boolean {
  return error instanceof RequestError && error.code === AUTH_REQUIRED
}

/** What an agent says of an error. Most put it into `data`, and say no more than "Internal error" in the message. */
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
