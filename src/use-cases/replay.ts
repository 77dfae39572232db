import type { RequestKey, RequestRecord } from '../event-log/request-records.js'
import type { Refusal } from './outcome.js'

/** The answer to a repeated call: its first answer, or a refusal if another call used the same requestId. */
export function replayOf(
  { argumentsHash, requestId }: RequestKey,
  record: RequestRecord,
): { answer: unknown } | { refused: Refusal } {
  if (record.argumentsHash === argumentsHash) return { answer: record.answer }
  const message = `requestId ${requestId} was used before with other arguments. Use a new one for a new call.`
  return { refused: { code: 'REQUEST_ID_REUSED', message } }
}
