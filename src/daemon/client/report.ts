import { ApiError, isPassing } from './api-error.js'
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

/** What the server said to a report: it took it, or it refused it for good. */
export type Delivered = { accepted: true } | { accepted: false; refusal: ApiError }

/**
 * Sends a report once. Rejects with NoAnswer, or with a refusal that another time or another token may not meet; any
 * other refusal is an answer, and the report is done with.
 */
export async function deliver(client: Client, report: Report): Promise<Delivered> {
  if (report.start !== null) {
    const started = await send(client, 'StartTask', report.start)
    if (!started.accepted && started.refusal.code !== 'ILLEGAL_TRANSITION') return started
  }
  const sent = await send(client, report.name, report.input)
  if (sent.accepted) return sent
  if (report.name === 'CompleteTask' && isUnreadable(sent.refusal)) {
    // The run is over and will not be done again only because its answer does not fit through the API.
    return send(client, 'FailTask', unreadable(report.input, sent.refusal))
  }
  const cancelled = sent.refusal.code === 'ILLEGAL_TRANSITION' && sent.refusal.status === 'CANCELLED'
  if (cancelled && report.name !== 'PinTaskSession' && 'sessionId' in report.input && report.input.sessionId) {
    const { taskId, claimToken, sessionId, workDir } = report.input
    return send(client, 'PinTaskSession', { taskId, claimToken, sessionId, workDir })
  }
  return sent
}

async function send<Name extends Report['name'] | 'StartTask'>(
  client: Client,
  name: Name,
  input: VariablesOf<Name>['input'],
): Promise<Delivered> {
  try {
    await client.send(name, { input })
    return { accepted: true }
  } catch (error) {
    if (error instanceof ApiError && !isPassing(error) && error.code !== 'UNAUTHENTICATED') {
      return { accepted: false, refusal: error }
    }
    throw error
  }
}

function isUnreadable({ code }: ApiError): boolean {
  return code === 'BAD_USER_INPUT' || code === 'QUERY_TOO_COMPLEX' || code.startsWith('HTTP_4')
}

function unreadable(
  { taskId, claimToken, ...ending }: InputOf<'CompleteTask'>,
  refusal: ApiError,
): InputOf<'FailTask'> {
  const { sessionId, workDir, retiredSessionId, transcriptMissing } = ending
  return {
    ...{ taskId, claimToken, sessionId, workDir, retiredSessionId, transcriptMissing },
    failureReason: 'result_not_accepted',
    error: `The run ended well, but the server did not take its result: ${refusal.message}`,
  }
}
