import { aboutOf, ApiError, isPassing } from './api-error.js'
import type { Client, VariablesOf } from './client.js'

type InputOf<Name extends 'CompleteTask' | 'FailTask' | 'ReleaseTask' | 'PinTaskSession'> = VariablesOf<Name>['input']
export type Start = VariablesOf<'StartTask'>['input']

/** The final report on a claim, which survives this process. PinTaskSession is the late pin after a cancellation. */
export type Report = {
  /** A start that the server has not confirmed. It is sent first, because only a started task can end. */
  start: Start | null
} & (
  | { name: 'CompleteTask'; input: InputOf<'CompleteTask'> }
  | { name: 'FailTask'; input: InputOf<'FailTask'> }
  | { name: 'ReleaseTask'; input: InputOf<'ReleaseTask'> }
  | { name: 'PinTaskSession'; input: InputOf<'PinTaskSession'> }
)

/**
 * The outcome of a report. `refusal` is the server's refusal of the report as it was. `accepted` is true even then if the
 * server accepted a substitute: a failure instead of an unreadable answer, or a pin after a cancellation.
 */
export interface Delivered {
  accepted: boolean
  refusal: ApiError | null
}

/** Stores an answer that the server does not accept; returns a sentence that says where. */
export type SetAside = (report: Report) => Promise<string>

/**
 * Sends a report once. Rejects with NoAnswer, or with a refusal that may not recur at another time or with another
 * token. Any other refusal is a result.
 */
export async function deliver(client: Client, report: Report, setAside: SetAside): Promise<Delivered> {
  if (report.start !== null) {
    const refusal = await send(client, 'StartTask', report.start)
    if (refusal !== null && refusal.code !== 'ILLEGAL_TRANSITION') return refused(report, refusal, setAside)
  }
  const refusal = await send(client, report.name, report.input)
  if (refusal === null) return { accepted: true, refusal }
  if (report.name === 'CompleteTask' && aboutOf(refusal) === 'CALL') {
    // The run is over. It is not repeated only because the API refuses its answer.
    const failure = unreadable(report.input, refusal, await setAside(report))
    return { accepted: (await send(client, 'FailTask', failure)) === null, refusal }
  }
  const cancelled = refusal.code === 'ILLEGAL_TRANSITION' && refusal.status === 'CANCELLED'
  if (cancelled && report.name !== 'PinTaskSession' && 'sessionId' in report.input && report.input.sessionId) {
    const { taskId, claimToken, sessionId, workDir } = report.input
    const pin = { taskId, claimToken, sessionId, workDir }
    return { accepted: (await send(client, 'PinTaskSession', pin)) === null, refusal }
  }
  return refused(report, refusal, setAside)
}

/** Stores a refused answer, because somebody may be waiting for it. Other refused reports are dropped. */
async function refused(report: Report, refusal: ApiError, setAside: SetAside): Promise<Delivered> {
  if (report.name === 'CompleteTask') await setAside(report)
  return { accepted: false, refusal }
}

/** Resolves with null if the server accepted the call, else with the refusal. Rejects if the call is worth a retry. */
async function send<Name extends Report['name'] | 'StartTask'>(
  client: Client,
  name: Name,
  input: VariablesOf<Name>['input'],
): Promise<ApiError | null> {
  try {
    await client.send(name, { input })
    return null
  } catch (error) {
    if (error instanceof ApiError && !isPassing(error) && aboutOf(error) !== 'ACCESS') return error
    throw error
  }
}

function unreadable(
  { taskId, claimToken, ...ending }: InputOf<'CompleteTask'>,
  refusal: ApiError,
  place: string,
): InputOf<'FailTask'> {
  const { sessionId, workDir, retiredSessionId, transcriptMissing, usage } = ending
  return {
    taskId,
    claimToken,
    sessionId,
    workDir,
    retiredSessionId,
    transcriptMissing,
    usage,
    failureReason: 'result_not_accepted',
    error: `The run succeeded, but the server did not accept its result: ${refusal.message} ${place}`,
  }
}
