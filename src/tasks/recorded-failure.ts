import type { AccountWaits, NewEvent, RunEnding } from '../session-pointer/events.js'
import { classifyFailure, CLASSIFIER_VERSION, nameableReason } from '../session-pointer/failure-class.js'
import { coolsUntil } from './account-wait.js'
import type { TaskState } from './task-state.js'

/** The longest error text that is kept, in UTF-8 bytes. */
export const MAX_ERROR_BYTES = 4096

/** What is known of the account that a run was under, where the failure is the account's. */
export interface AccountAnswer {
  /** Its fingerprint at the claim; null: not told. */
  account: string | null
  /** When the provider says that it may work again, RFC 3339; null: it said nothing. */
  retryAt: string | null
  /** RFC 3339. */
  now: string
}

/** A failure to be recorded: its event, and what is kept of its error beside the log. */
export interface RecordedFailure {
  event: Extract<NewEvent, { type: 'TASK_FAILED' }>
  errorText: string
  /** The daemon's own reason, where the event has `other` in its place. */
  reasonText?: string
}

/** TASK_FAILED with its verdict, judged here once. The whole error is judged; only what is kept of it is cut. */
export function recordedFailure(
  task: Pick<TaskState, 'id' | 'runtimeId'> & { accountWaits?: AccountWaits | null },
  failure: { ending: RunEnding; failureReason: string; error: string; account?: AccountAnswer },
): RecordedFailure {
  const { failureReason, error, account } = failure
  const verdict = classifyFailure({ reason: failureReason, error })
  const nameable = nameableReason(failureReason)
  const isNamed = nameable === failureReason
  const errorText = cutAtBytes(error, MAX_ERROR_BYTES)
  const event: RecordedFailure['event'] = {
    type: 'TASK_FAILED',
    taskId: task.id,
    runtimeId: task.runtimeId,
    data: {
      ...endingData(failure.ending),
      failureReason: nameable,
      ...(isNamed ? {} : { reasonBytes: bytesOf(failureReason) }),
      errorBytes: bytesOf(errorText),
      ...verdict,
      classifierVersion: CLASSIFIER_VERSION,
      ...(verdict.fault === 'ACCOUNT' && account !== undefined
        ? { cooling: { until: coolsUntil(task.accountWaits ?? null, account), account: account.account } }
        : {}),
    },
  }
  return isNamed ? { event, errorText } : { event, errorText, reasonText: failureReason }
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length
}

/** What an ending says, field by field: the event holds nothing else of it. */
export function endingData({ sessionId, workDir, retiredSessionId, transcriptMissing, usage }: RunEnding): RunEnding {
  const said = { sessionId, workDir, retiredSessionId, transcriptMissing }
  return usage === undefined ? said : { ...said, usage }
}

/** Of UTF-8, for a unit of UTF-16. */
const MAX_BYTES_A_UNIT = 3

/** The longest beginning of at most `limit` UTF-8 bytes that splits no character. */
export function cutAtBytes(text: string, limit: number): string {
  if (text.length * MAX_BYTES_A_UNIT <= limit) return text
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(limit)).read)
}
