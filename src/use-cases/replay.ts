import type { RequestKey, RequestRecord } from '../event-log/request-records.js'
import type { Refusal } from './outcome.js'

/** What a call that was made before comes to: its first answer, or a refusal where its requestId was another call's. */
export function replayOf(
  { argumentsHash, requestId }: RequestKey,
  record: RequestRecord,
): { answer: unknown } | { refused: Refusal } {
  if (record.argumentsHash === argumentsHash) return { answer: record.answer }
  const message = `requestId ${requestId} was used before with other arguments. Use a new one for a new call.`
  return { refused: { code: 'REQUEST_ID_REUSED', message } }
}
