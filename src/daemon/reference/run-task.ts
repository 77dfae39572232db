import type { Adapter, Turn, TurnEnd, TurnFailure } from '../adapters/adapter.js'
import { HANDOFF_BYTES } from '../client/handoff.js'
import type { Claim } from '../client/held-claims.js'
import { errorWithWords } from '../adapters/provider-words.js'
import { runWithin } from '../adapters/turn-limits.js'
import type { Run } from '../client/run-claim.js'
import type { RunResult } from '../client/run-result.js'
import { usedTogether } from '../client/usage.js'
import type { Usage } from '../client/usage.js'
import { readConfig } from './agent-config.js'
import { fill } from './checkout.js'
import type { Checkout } from './checkout.js'
import { limitsOf } from './limits.js'
import type { OperatorLimits } from './limits.js'
import { retriedFresh } from './refused-turn.js'
import { tellEarlier } from './tell-earlier.js'
import { placeOf } from './work-directories.js'

/** The daemon's options that concern a run. */
interface Operator extends OperatorLimits {
  /** The variables and arguments that an agent's config may set. */
  allowed: { env: readonly string[]; args: readonly string[] }
  /** The most bytes of earlier turns that an agent is told; 0 means none. */
  handoffBytes: number
  /** Fills a new work directory; null leaves it empty. */
  checkout: Checkout | null
  /** Directories outside the work root. Agents may work in a directory inside them if the server offers it. */
  adopts: readonly string[]
}

const NOTHING_SET: Operator = {
  idleSeconds: null,
  totalSeconds: null,
  allowed: { env: [], args: [] },
  handoffBytes: HANDOFF_BYTES,
  checkout: null,
  adopts: [],
}

const CUT_OFF = 'The previous attempt at this message was cut off. Continue where it stopped.'

/** Runs a claim with its provider's CLI, in the conversation's directory. */
export function runWith(adapters: readonly Adapter[], workRoot: string, operator = NOTHING_SET): Run {
  return async (claim, context) => {
    const { task, priorSessionId, priorWorkDir } = claim
    const { signal, start, pin, progress, handoff } = context
    const adapter = adapters.find(({ provider }) => provider === task.runtime.provider)
    if (adapter === undefined) return failure('provider_missing', `This daemon has no ${task.runtime.provider}.`)
    const { checkout } = operator
    const { workDir, asOffered, declined, unfilled } = await placeOf(workRoot, {
      conversationId: task.conversation.id,
      taskId: task.id,
      offered: priorWorkDir,
      fresh: task.forceFreshWorkDir,
      fills: checkout !== null,
      adopts: operator.adopts,
    })
    // In another directory a CLI does not find the session or, worse, resumes it on the wrong files.
    const resume = asOffered ? priorSessionId : null
    if (priorSessionId !== null && resume === null) await start('NOT_ATTEMPTED')
    const { settings, notes } = readConfig(task.agent.config, { ...operator.allowed, ...adapter })
    let sessionId: string | null = null
    // Sending progress starts the task. Until it is known whether the session is resumed, progress waits.
    let started = resume === null
    const waiting: Parameters<Turn['onProgress']>[0][] = []
    const show: Turn['onProgress'] = (entry) => void (started ? progress(entry) : waiting.push(entry))
    const showWaiting = () => {
      started = true
      for (const entry of waiting.splice(0)) progress(entry)
    }
    for (const text of notes) show({ kind: 'warning', text })
    if (priorWorkDir !== null && declined !== null) {
      const dropped = priorSessionId === null ? '' : ` The session ${priorSessionId} belongs to it and is not resumed.`
      const why = declined === 'GONE' ? 'is not on this machine.' : 'is outside --workdir, and no --adopt allows it.'
      show({ kind: 'note', text: `Works in ${workDir}: the earlier directory, ${priorWorkDir}, ${why}${dropped}` })
    } else if (priorSessionId !== null && resume === null) {
      const why = task.forceFreshWorkDir ? 'the task asks for a new work directory' : 'its work directory is unknown'
      show({ kind: 'note', text: `The session ${priorSessionId} is not resumed: ${why}.` })
    }
    if (checkout !== null && unfilled !== undefined) {
      const directory = { dir: workDir, conversation: task.conversation.id, metadata: task.metadata, unfilled }
      const failed = await fill(checkout, directory, signal)
      if (failed !== null) return shownFailure(failed, progress)
      show({ kind: 'note', text: `Filled the new directory ${workDir} with the checkout command.` })
    }
    const telling = { handoff, show, maxBytes: operator.handoffBytes }
    const earlier = await tellEarlier(claim, telling, { ifFresh: priorSessionId !== null && resume === null })
    const prompt = promptOf(task.prompt, claim.input)
    const turn: Turn = {
      ...settings,
      conversation: task.conversation.id,
      workDir,
      resume,
      signal,
      prompt: `${earlier}${(await wasCutOff(adapter, claim, { resume, prompt })) ? `${CUT_OFF}\n\n` : ''}${prompt}`,
      onResume: (result) => {
        settled(start(result ?? undefined))
        showWaiting()
      },
      onSession: (named) => {
        sessionId = named
        settled(pin({ sessionId: named, workDir }))
      },
      onProgress: show,
      onWork: () => undefined,
    }
    const limits = limitsOf(operator, task.agent.config)
    let used: Usage | null = null
    const run: Adapter['run'] = async (one) => {
      const end = await runWithin(limits, adapter.run, one)
      if (end.kind !== 'refused') used = usedTogether(used, end.usage ?? null)
      return end
    }
    let end = await run(turn)
    if (end.kind === 'refused') {
      const again = !end.toolsRan && !signal.aborted
      if (again) {
        const all = await tellEarlier(claim, telling, { ifFresh: true })
        end = await retriedFresh(run, { ...turn, prompt: `${all}${prompt}` }, { refusal: end, start })
      } else await start('REFUSED')
    }
    showWaiting()
    return { ...resultOf(end, { sessionId, workDir, show: progress }), usage: used }
  }
}

/** Whether the session already has this message, from an attempt that did not end. */
async function wasCutOff(
  { wasTold }: Adapter,
  { task }: Claim,
  { resume, prompt }: { resume: string | null; prompt: string },
): Promise<boolean> {
  if (resume === null || task.attempt <= 1) return false
  return (await wasTold?.(resume, prompt)) ?? true
}

/** The task's result, from the end of its turn. */
function resultOf(
  end: TurnEnd,
  { sessionId, workDir, show }: { sessionId: string | null; workDir: string; show: Turn['onProgress'] },
): RunResult {
  if (end.kind === 'refused') {
    const refused = { failureReason: 'agent_error', error: 'The session was refused.', words: end.error }
    return { ...shownFailure(refused, show), workDir }
  }
  const ending = { sessionId: end.sessionId ?? sessionId, workDir, transcriptMissing: end.transcriptMissing }
  if (end.kind === 'completed') return { output: end.output, result: end.result, ...ending }
  return { ...shownFailure(end, show), ...ending }
}

function shownFailure(turn: TurnFailure, show: Turn['onProgress']) {
  const { error, leftOut } = errorWithWords(turn)
  if (leftOut !== null) show({ kind: 'stderr', text: leftOut })
  return { ...failure(turn.failureReason, error), retryAt: turn.retryAt == null ? null : new Date(turn.retryAt) }
}

function failure(failureReason: string, error: string) {
  return { failureReason, error }
}

function promptOf(prompt: string | null, messages: readonly { content: string }[]): string {
  return prompt ?? messages.map(({ content }) => content).join('\n\n')
}

/** Sends a start or a pin, which never reject, without waiting for the answer. */
function settled(sent: Promise<void>): void {
  sent.catch(() => undefined)
}
