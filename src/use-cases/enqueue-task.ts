import type { Task } from '../generated/prisma/client.js'
import { newId } from '../database/ids.js'
import { requestKey } from '../event-log/request-records.js'
import type { NewEvent } from '../session-pointer/events.js'
import { enqueuedEvent } from '../tasks/enqueued-event.js'
import type { Caller } from './calls/caller.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, badInput, notFound } from './calls/outcome.js'
import type { Services } from './services/services.js'
import type { Decision, LoadedConversation } from './transaction/conversation-work.js'
import { tasksById } from './task-changes/task-work.js'

export interface EnqueueTaskInput {
  agentId: string
  issueKey: string
  title?: string | null
  prompt: string
  priority?: number | null
  maxAttempts?: number | null
  availableAt?: Date | null
  forceFreshSession?: boolean | null
  forceFreshWorkDir?: boolean | null
  metadata?: unknown
  requestId?: string | null
}

/** Enqueues work on an issue on the agent's runtime. The first task opens the agent's conversation on the issue. */
export async function enqueueTask(
  services: Services,
  caller: Caller,
  input: EnqueueTaskInput,
): Promise<Outcome<{ task: Task }>> {
  const { workspaceId, tokenId } = caller
  const ids = { taskId: newId('task'), conversationId: newId('issue') }
  const outcome = await services.conversations.submit({
    workspaceId,
    actor: tokenId,
    target: {
      thread: { conversationId: ids.conversationId, agentId: input.agentId, issueKey: input.issueKey },
    },
    request: requestKey(workspaceId, tokenId, 'enqueueTask', input),
    decide: (loaded) => decideEnqueue(loaded, input, ids.taskId),
  })
  if (!outcome.ok) return outcome
  const id = String(outcome.value.answer.taskId)
  const task = outcome.value.tasks.get(id) ?? (await tasksById(services, workspaceId, [id]))[0]
  return task === undefined ? notFound('task', id) : accepted({ task })
}

function decideEnqueue(loaded: LoadedConversation, input: EnqueueTaskInput, taskId: string): Decision {
  const { agent, conversation, now } = loaded
  if (agent === null) return { refused: notFound('agt', input.agentId).refusal }
  if (agent.archivedAt !== null) {
    return { refused: badInput('input.agentId', `Agent ${agent.id} is archived and takes no new work.`).refusal }
  }
  const opened: NewEvent = {
    type: 'CONVERSATION_OPENED',
    taskId: null,
    runtimeId: null,
    data: { kind: 'ISSUE', agentId: agent.id, issueKey: input.issueKey },
  }
  const enqueued = enqueuedEvent({
    taskId,
    runtimeId: agent.runtimeId,
    kind: 'ISSUE',
    agentId: agent.id,
    priority: input.priority ?? 0,
    attempt: 1,
    maxAttempts: input.maxAttempts ?? 2,
    retryOf: null,
    rerunOf: null,
    forceFreshSession: input.forceFreshSession ?? false,
    forceFreshWorkDir: input.forceFreshWorkDir ?? false,
    availableAt: (input.availableAt ?? now).toISOString(),
    inputMessageIds: [],
  })
  return {
    events: conversation === null ? [opened, enqueued] : [enqueued],
    extras: {
      titles: new Map([[taskId, input.title ?? null]]),
      contents: [{ taskId, prompt: input.prompt, metadata: input.metadata ?? null }],
    },
    answer: { taskId },
  }
}
