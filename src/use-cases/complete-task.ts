import type { Task } from '../generated/prisma/client.js'
import { newId } from '../database/ids.js'
import type { NewEvent, RunEnding } from '../session-pointer/events.js'
import type { Usage } from '../session-pointer/usage.js'
import { complete } from '../tasks/decide.js'
import type { Caller } from './calls/caller.js'
import type { Outcome } from './calls/outcome.js'
import { accepted } from './calls/outcome.js'
import type { Services } from './services/services.js'
import { commandTask } from './task-changes/task-work.js'

/** What any ending of a run may report about its session. */
export interface EndingInput {
  sessionId?: string | null
  workDir?: string | null
  retiredSessionId?: string | null
  transcriptMissing?: boolean | null
  usage?: UsageInput | null
}

export type UsageInput = { [Key in keyof Usage]?: Usage[Key] | null }

export interface CompleteTaskInput extends EndingInput {
  taskId: string
  claimToken: string
  output?: string | null
  result?: unknown
}

/** Completes a run. The output of a chat turn becomes the assistant's message. A repeat gets the same answer. */
export async function completeTask(
  services: Services,
  caller: Caller,
  input: CompleteTaskInput,
): Promise<Outcome<{ task: Task }>> {
  const output = input.output ?? null
  const result = input.result ?? null
  const replyId = newId('msg')
  const outcome = await commandTask(services, caller, {
    taskId: input.taskId,
    verb: 'completed',
    decide: (task, held) =>
      complete({
        task,
        held,
        presented: input.claimToken,
        ending: endingOf(input),
        messageId: replies(task.kind, output) ? replyId : null,
      }),
    follow: (task) => ({
      events: replies(task.kind, output) ? [replyPosted(task, replyId)] : [],
      extras: {
        results: output === null && result === null ? [] : [{ taskId: task.id, output, result }],
        messages:
          output !== null && replies(task.kind, output)
            ? [{ id: replyId, role: 'ASSISTANT', content: output, taskId: task.id }]
            : [],
      },
    }),
  })
  return outcome.ok ? accepted({ task: outcome.value.task }) : outcome
}

export function endingOf(input: EndingInput): RunEnding {
  return {
    sessionId: input.sessionId ?? null,
    workDir: input.workDir ?? null,
    retiredSessionId: input.retiredSessionId ?? null,
    transcriptMissing: input.transcriptMissing ?? false,
    ...usageOf(input.usage),
  }
}

/** An input without figures counts as no usage. */
function usageOf(input: UsageInput | null | undefined): { usage?: Usage } {
  const usage = {
    model: input?.model ?? null,
    inputTokens: input?.inputTokens ?? null,
    outputTokens: input?.outputTokens ?? null,
    cacheReadTokens: input?.cacheReadTokens ?? null,
    cacheWriteTokens: input?.cacheWriteTokens ?? null,
    costUsd: input?.costUsd ?? null,
    contextUsed: input?.contextUsed ?? null,
    contextMax: input?.contextMax ?? null,
  }
  return Object.values(usage).every((value) => value === null) ? {} : { usage }
}

function replies(kind: string, output: string | null): boolean {
  return kind === 'CHAT' && output !== null && output !== ''
}

function replyPosted(task: Task, messageId: string): NewEvent {
  return {
    type: 'MESSAGE_POSTED',
    taskId: task.id,
    runtimeId: task.runtimeId,
    data: { messageId, role: 'ASSISTANT' },
  }
}
