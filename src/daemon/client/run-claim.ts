import { monotonicMs } from '../clock.js'
import { readHandoff } from './handoff.js'
import type { Handoff, HandoffRequest } from './handoff.js'
import { claimCalls } from './claim-calls.js'
import type { ResumeResult, Session } from './claim-calls.js'
import type { Client } from './client.js'
import type { Claim, HeldClaim } from './held-claims.js'
import type { Log } from './log.js'
import { messageOf } from './log.js'
import type { Outbox } from './outbox.js'
import { streamProgress } from './progress.js'
import type { ProgressEntry } from './progress.js'
import { deliver } from './report.js'
import type { Report } from './report.js'
import { reportOf } from './run-result.js'
import type { RunResult } from './run-result.js'
import { untilAnswered } from './until-answered.js'

export interface RunContext {
  /** Fires when the run must end. Its reason is a ClaimEnded (CANCELLED, LOST or SHUTDOWN). */
  signal: AbortSignal
  /**
   * Reports whether the provider resumed the offered session: RESUMED, REFUSED or NOT_ATTEMPTED. If a session is
   * offered, call it once, before pin and progress; otherwise the run has started already.
   */
  start: (resumeResult?: ResumeResult) => Promise<void>
  /** Reports the provider's session. Call it as soon as the session is known, so that it survives the run. Never rejects. */
  pin: (session: Session | string) => Promise<void>
  /**
   * Reads the turns that this run does not know; null if it knows all. Call it if the claim's `resume.continuityGap` is
   * true, after start('REFUSED'), and with `ifFresh` if the run does not use the offered session. Rejects if the run
   * must end before the server answers.
   */
  handoff: (request?: HandoffRequest) => Promise<Handoff | null>
  /** Reports one entry for people who watch the run. Entries are sent in batches and in order; the run does not wait. */
  progress: (entry: ProgressEntry | string) => void
}

/** A string is the output of a completed task. */
export type Run = (claim: Claim, context: RunContext) => Promise<RunResult | string | void>

interface Running {
  client: Client
  outbox: Outbox
  run: Run
  log: Log
  /** Fires when the process ends. Undelivered reports stay in the outbox. */
  exiting: AbortSignal
}

/** Runs one claim until the server has answered its report. Never rejects. */
export async function runClaim(held: HeldClaim, { client, outbox, run, log, exiting }: Running): Promise<void> {
  const { claim } = held
  const begunAt = monotonicMs()
  log('info', 'Claimed.', detailsOf(claim))
  const calls = claimCalls(client, held, log)
  const start = (resumeResult: ResumeResult | null) => calls.start(resumeResult)
  const progress = streamProgress(
    client,
    { taskId: claim.task.id, claimToken: claim.claimToken },
    { before: () => start(null), log },
  )
  const context: RunContext = {
    signal: held.signal,
    start: (resumeResult) => start(resumeResult ?? null),
    pin: async (session) => {
      const named = typeof session === 'string' ? { sessionId: session } : session
      await start(named.sessionId === claim.priorSessionId ? 'RESUMED' : null)
      await calls.pin(named)
    },
    handoff: (request) => untilAnswered(() => readHandoff(client, claim.task.id, request), { signal: held.signal }),
    progress: (entry) => progress.add(typeof entry === 'string' ? { kind: 'text', text: entry } : entry),
  }
  const ran = await settle(async () => {
    held.signal.throwIfAborted()
    // Starting first avoids a run for a stale claim. If a session is offered, the provider must answer before the start.
    if (claim.priorSessionId === null) await start('NOT_ATTEMPTED')
    held.signal.throwIfAborted()
    return run(claim, context)
  })
  // The report is stored first: from here on a crash does not lose the run.
  const report = reportOf(held, calls, ran)
  if (report !== null) await keep(outbox, report, log)
  await Promise.all([progress.close(), calls.close()])
  log('info', endOf(report), {
    taskId: claim.task.id,
    afterSeconds: Math.round((monotonicMs() - begunAt) / 1000),
    ...(report?.name === 'FailTask' && { failureReason: report.input.failureReason }),
  })
  if (report === null) return
  await deliverUntilAnswered({ client, outbox, log, exiting }, report)
}

function detailsOf({ task, resume }: Claim): Record<string, string | number> {
  const { id: taskId, agent, conversation, attempt } = task
  const { outcome, reason } = resume
  return { taskId, agent: agent.name, conversation: conversation.id, attempt, outcome, reason }
}

const ENDS = {
  CompleteTask: 'Completed.',
  FailTask: 'Failed.',
  ReleaseTask: 'Released: the daemon is stopping.',
  PinTaskSession: 'Cancelled.',
} as const

function endOf(report: Report | null): string {
  return ENDS[report?.name ?? 'PinTaskSession']
}

/**
 * Sends a report until the server answers, then removes it from the outbox. Never rejects: an undelivered report stays
 * there.
 */
export async function deliverUntilAnswered(
  { client, outbox, log, exiting }: Omit<Running, 'run'>,
  report: Report,
): Promise<void> {
  const { taskId } = report.input
  try {
    const { accepted, refusal } = await untilAnswered(
      () => deliver(client, report, (answer) => setAside(outbox, answer, log)),
      { signal: exiting },
    )
    if (!accepted) log('warn', 'The server refused the report.', { taskId, error: refusal?.message ?? null })
    await outbox.remove(report)
  } catch (error) {
    log('error', 'The report is kept for the next start.', { taskId, error: messageOf(error) })
  }
}

/** Never rejects. */
async function setAside(outbox: Outbox, report: Report, log: Log): Promise<string> {
  const { taskId } = report.input
  try {
    const file = await outbox.setAside(report)
    log('error', 'The server does not accept this answer. It is stored in a file.', { taskId, file })
    return `The daemon stored it in ${file}.`
  } catch (error) {
    log('error', 'The server does not accept this answer, and the daemon could not store it.', {
      taskId,
      error: messageOf(error),
    })
    return 'The daemon could not store it.'
  }
}

async function keep(outbox: Outbox, report: Report, log: Log): Promise<void> {
  try {
    await outbox.put(report)
  } catch (error) {
    // With a full disk, the report is still sent.
    log('error', 'The report could not be stored.', { taskId: report.input.taskId, error: messageOf(error) })
  }
}

async function settle(run: () => ReturnType<Run>): Promise<{ result: RunResult } | { threw: unknown }> {
  try {
    const result = (await run()) ?? {}
    return { result: typeof result === 'string' ? { output: result } : result }
  } catch (threw) {
    return { threw }
  }
}
