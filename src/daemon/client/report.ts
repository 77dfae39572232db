import { aboutOf, ApiError, isPassing } from './api-error.js'
import type { Client, VariablesOf } from './client.js'

type InputOf<Name extends 'CompleteTask' | 'FailTask' | 'ReleaseTask' | 'PinTaskSession'> = VariablesOf<Name>['input']
export type Start = VariablesOf<'StartTask'>['input']

/** What the server has to hear about a claim, whatever happens to this process. PinTaskSession: late, after a cancel. */
export type Report = {
  /** A start that the server has not confirmed yet: it comes first, because only what has started can end. */
  start: Start | null
} & (
  | { name: 'CompleteTask'; input: InputOf<'CompleteTask'> }
  | { name: 'FailTask'; input: InputOf<'FailTask'> }
  | { name: 'ReleaseTask'; input: InputOf<'ReleaseTask'> }
  | { name: 'PinTaskSession'; input: InputOf<'PinTaskSession'> }
)

/**
 * What became of a report. `refusal`: what the server said to it in this form. It is accepted all the same where the
 * server took another form of it: a failure in place of an answer that it cannot read, a pin after a cancellation.
 */
export interface Delivered {
  accepted: boolean
  refusal: ApiError | null
}

/** Keeps an answer that the server does not take; returns a sentence that says where. */
export type SetAside = (report: Report) => Promise<string>

/**
 * Sends a report once. Rejects with NoAnswer, or with a refusal that another time or another token may not meet; any
 * other refusal is an answer.
 */
export async function deliver(client: Client, report: Report, setAside: SetAside): Promise<Delivered> {
  if (report.start !== null) {
    const refusal = await send(client, 'StartTask', report.start)
    if (refusal !== null && refusal.code !== 'ILLEGAL_TRANSITION') return refused(report, refusal, setAside)
  }
  const refusal = await send(client, report.name, report.input)
  if (refusal === null) return { accepted: true, refusal }
  if (report.name === 'CompleteTask' && aboutOf(refusal) === 'CALL') {
    // The run is over and will not be done again only because its answer does not fit through the API.
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

/** Of what the server does not take, an answer is worth keeping: somebody may be waiting for it. */
async function refused(report: Report, refusal: ApiError, setAside: SetAside): Promise<Delivered> {
  if (report.name === 'CompleteTask') await setAside(report)
  return { accepted: false, refusal }
}

/** null: taken. Else the refusal; rejects where there was no answer to this report. */
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
    ...{ taskId, claimToken, sessionId, workDir, retiredSessionId, transcriptMissing, usage },
    failureReason: 'result_not_accepted',
    error: `The run ended well, but the server did not take its result: ${refusal.message} ${place}`,
  }
}
