import type { AccountWaits, NewEvent, RunEnding } from '../session-pointer/events.js'
import { classifyFailure, CLASSIFIER_VERSION, nameableReason } from '../session-pointer/failure-class.js'
import { coolsUntil } from './account-wait.js'
import type { TaskState } from './task-state.js'

/** The longest error text that is stored, in UTF-8 bytes. */
export const MAX_ERROR_BYTES = 4096

/** The account that a run worked under. It counts only where the failure is the account's. */
export interface AccountAnswer {
  /** The account's fingerprint at the claim; null where the daemon reports none. */
  account: string | null
  /** When the provider lets the account work again, RFC 3339; null where the provider does not say. */
  retryAt: string | null
  /** RFC 3339. */
  now: string
}

/** A failure to record: its event, and the texts that are stored outside the log. */
export interface RecordedFailure {
  event: Extract<NewEvent, { type: 'TASK_FAILED' }>
  errorText: string
  /** The daemon's own reason, where the event says `other`. */
  reasonText?: string
}

/** TASK_FAILED with its verdict. The classifier reads the whole error; only the stored text is cut. */
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

/** Copies an ending field by field, so that the event holds nothing else. */
export function endingData({ sessionId, workDir, retiredSessionId, transcriptMissing, usage }: RunEnding): RunEnding {
  const said = { sessionId, workDir, retiredSessionId, transcriptMissing }
  return usage === undefined ? said : { ...said, usage }
}

/** The most UTF-8 bytes that one UTF-16 code unit takes. */
const MAX_BYTES_A_UNIT = 3

/** The longest prefix of at most `limit` UTF-8 bytes that splits no character. */
export function cutAtBytes(text: string, limit: number): string {
  if (text.length * MAX_BYTES_A_UNIT <= limit) return text
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(limit)).read)
}
