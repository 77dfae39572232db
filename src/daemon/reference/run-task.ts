import type { Adapter, Turn, TurnEnd } from '../adapters/adapter.js'
import { isRecord, text } from '../adapters/child-process.js'
import { runWithin } from '../adapters/turn-limits.js'
import type { Run } from '../client/run-claim.js'
import type { RunResult } from '../client/run-result.js'
import { limitsOf } from './limits.js'
import type { OperatorLimits } from './limits.js'
import { placeOf } from './work-directories.js'

/** Runs a claim with its provider's CLI, in the conversation's directory. */
export function runWith(
  adapters: readonly Adapter[],
  workRoot: string,
  operator: OperatorLimits = { idleSeconds: null, totalSeconds: null },
): Run {
  return async ({ task, input, priorSessionId, priorWorkDir }, { signal, start, pin, progress }) => {
    const adapter = adapters.find(({ provider }) => provider === task.runtime.provider)
    if (adapter === undefined) return failure('provider_missing', `This daemon has no ${task.runtime.provider}.`)
    const { workDir, asOffered } = await placeOf(workRoot, {
      ...{ conversationId: task.conversation.id, taskId: task.id },
      ...{ offered: priorWorkDir, fresh: task.forceFreshWorkDir },
    })
    // In another directory a session is not found, or worse: it is, and works on the wrong tree.
    const resume = asOffered ? priorSessionId : null
    if (priorSessionId !== null && resume === null) await start('NOT_ATTEMPTED')
    let sessionId: string | null = null
    const turn: Turn = {
      ...{ prompt: promptOf(task.prompt, input), model: modelOf(task.agent.config), workDir, resume, signal },
      onResume: (result) => settled(start(result)),
      onSession: (named) => {
        sessionId = named
        settled(pin({ sessionId: named, workDir }))
      },
      onProgress: progress,
      onWork: () => undefined,
    }
    const limits = limitsOf(operator, task.agent.config)
    let end = await runWithin(limits, adapter.run, turn)
    if (end.kind === 'refused') {
      await start('REFUSED')
      progress({ kind: 'error', text: `The session was refused: ${end.error}` })
      if (!end.toolsRan && !signal.aborted) end = await runWithin(limits, adapter.run, { ...turn, resume: null })
    }
    return resultOf(end, { sessionId, workDir })
  }
}

/** The end of a turn as the task's. A turn that was stopped is not judged by how it died. */
function resultOf(end: TurnEnd, { sessionId, workDir }: { sessionId: string | null; workDir: string }): RunResult {
  if (end.kind === 'refused') return { ...failure('agent_error', end.error), workDir }
  const ending = { sessionId: end.sessionId ?? sessionId, workDir, transcriptMissing: end.transcriptMissing }
  if (end.kind === 'completed') return { output: end.output, result: end.result, ...ending }
  return { ...failure(end.failureReason, end.error), ...ending }
}

function failure(failureReason: string, error: string) {
  return { failureReason, error }
}

function promptOf(prompt: string | null, messages: readonly { content: string }[]): string {
  return prompt ?? messages.map(({ content }) => content).join('\n\n')
}

/** An agent's config may name its model. Given on every turn: a resumed session would stay with the model it had. */
function modelOf(config: unknown): string | null {
  const model = isRecord(config) ? text(config.model) : null
  return model !== null && /^[\w.:/@[\]-]+$/.test(model) && !model.startsWith('-') ? model : null
}

/** Starts and pins never reject, and the run does not wait for the server to hear of them. */
function settled(sent: Promise<void>): void {
  sent.catch(() => undefined)
}
