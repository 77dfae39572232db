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
import { anew } from './refused-turn.js'
import { tellEarlier } from './tell-earlier.js'
import { placeOf } from './work-directories.js'

/** What the operator of this daemon has set. */
interface Operator extends OperatorLimits {
  /** What an agent's config may set: names of variables, and arguments. */
  allowed: { env: readonly string[]; args: readonly string[] }
  /** How much of the earlier turns an agent is told that does not know them, in bytes; 0: nothing. */
  handoffBytes: number
  /** What fills a new work directory; null: nothing, it is empty. */
  checkout: Checkout | null
  /** Directories outside of the work root where agents may work too, if the server offers one in them. */
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

const CUT_OFF = 'The previous attempt at this message was cut off; go on from where it stopped.'

/** Runs a claim with its provider's CLI, in the conversation's directory. */
export function runWith(adapters: readonly Adapter[], workRoot: string, operator = NOTHING_SET): Run {
  return async (claim, context) => {
    const { task, priorSessionId, priorWorkDir } = claim
    const { signal, start, pin, progress, handoff } = context
    const adapter = adapters.find(({ provider }) => provider === task.runtime.provider)
    if (adapter === undefined) return failure('provider_missing', `This daemon has no ${task.runtime.provider}.`)
    const { checkout } = operator
    const { workDir, asOffered, declined, unfilled } = await placeOf(workRoot, {
      ...{ conversationId: task.conversation.id, taskId: task.id },
      ...{ offered: priorWorkDir, fresh: task.forceFreshWorkDir, fills: checkout !== null },
      adopts: operator.adopts,
    })
    // In another directory a session is not found, or worse: it is, and works on the wrong tree.
    const resume = asOffered ? priorSessionId : null
    if (priorSessionId !== null && resume === null) await start('NOT_ATTEMPTED')
    const { settings, notes } = readConfig(task.agent.config, { ...operator.allowed, ...adapter })
    let sessionId: string | null = null
    // Progress before the start would be the start, and whether the session goes on is not known yet.
    let started = resume === null
    const waiting: Parameters<Turn['onProgress']>[0][] = []
    const show: Turn['onProgress'] = (entry) => void (started ? progress(entry) : waiting.push(entry))
    const showWaiting = () => {
      started = true
      for (const entry of waiting.splice(0)) progress(entry)
    }
    for (const text of notes) show({ kind: 'warning', text })
    if (priorWorkDir !== null && declined !== null) {
      const dropped = priorSessionId === null ? '' : ` The session ${priorSessionId} belongs there, and is not resumed.`
      const why = declined === 'GONE' ? 'is not on this machine.' : 'is outside --workdir, and no --adopt allows it.'
      show({ kind: 'note', text: `Works in ${workDir}: the earlier directory, ${priorWorkDir}, ${why}${dropped}` })
    } else if (priorSessionId !== null && resume === null) {
      const why = task.forceFreshWorkDir ? 'a new work directory was asked for' : 'no work directory came with it'
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
      ...{ ...settings, conversation: task.conversation.id, workDir, resume, signal },
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
        end = await anew(run, { ...turn, prompt: `${all}${prompt}` }, { refusal: end, start })
      } else await start('REFUSED')
    }
    showWaiting()
    return { ...resultOf(end, { sessionId, workDir, show: progress }), usage: used }
  }
}

/** Whether the session has this very message already, from an attempt that did not end. */
async function wasCutOff(
  { wasTold }: Adapter,
  { task }: Claim,
  { resume, prompt }: { resume: string | null; prompt: string },
): Promise<boolean> {
  if (resume === null || task.attempt <= 1) return false
  return (await wasTold?.(resume, prompt)) ?? true
}

/** The end of a turn as the task's. A turn that was stopped is not judged by how it died. */
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

/** Starts and pins never reject, and the run does not wait for the server to hear of them. */
function settled(sent: Promise<void>): void {
  sent.catch(() => undefined)
}
