import type { Task } from '../generated/prisma/client.js'
import { newId } from '../database/ids.js'
import { requestKey } from '../event-log/request-records.js'
import { enqueuedEvent } from '../tasks/enqueued-event.js'
import { taskStateOf } from '../event-log/task-row.js'
import type { Caller } from './calls/caller.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, badInput, illegalTransition, notFound, sealedMessage } from './calls/outcome.js'
import type { Services } from './services/services.js'
import type { Decision, LoadedConversation } from './transaction/conversation-work.js'
import { tasksById } from './task-changes/task-work.js'

export interface RerunTaskInput {
  taskId: string
  requestId?: string | null
}

/**
 * Enqueues a task again, on its agent's current runtime. The rerun of a claimed or running task waits until the task has
 * ended, and replaces its automatic retry. The claim of the rerun decides which session it may resume, exactly from the
 * source task as it ended. forceFreshSession is not inherited.
 */
export async function rerunTask(
  services: Services,
  caller: Caller,
  input: RerunTaskInput,
): Promise<Outcome<{ task: Task }>> {
  const { workspaceId, tokenId } = caller
  const rerunId = newId('task')
  const outcome = await services.conversations.submit({
    workspaceId,
    actor: tokenId,
    target: { taskId: input.taskId },
    request: requestKey(workspaceId, tokenId, 'rerunTask', input),
    decide: (loaded) => decideRerun(loaded, input.taskId, rerunId),
  })
  if (!outcome.ok) return outcome
  const [task] = await tasksById(services, workspaceId, [String(outcome.value.answer.taskId)])
  return task === undefined ? notFound('task', input.taskId) : accepted({ task })
}

/**
 * Whether the task's row is about to leave, so that the rerun's claim would not find it. A task that was never claimed
 * counts as sealed.
 */
function leavesWith(sealedVersion: number, { claimVersion, cancelledVersion }: Task): boolean {
  return (claimVersion ?? cancelledVersion ?? 0) <= sealedVersion
}

function decideRerun(loaded: LoadedConversation, sourceId: string, rerunId: string): Decision {
  const source = loaded.tasks.get(sourceId)
  const { agent } = loaded
  if (source === undefined || agent === null) return { refused: notFound('task', sourceId).refusal }
  const { conversation } = loaded
  if (conversation?.sealedVersion != null && leavesWith(conversation.sealedVersion, source)) {
    const message = sealedMessage(conversation.id, conversation.sealedVersion)
    return { refused: { code: 'CONVERSATION_SEALED', message } }
  }
  const state = taskStateOf(source)
  if (state.status === 'QUEUED') return { refused: illegalTransition('rerun', state.status).refusal }
  if (agent.archivedAt !== null) {
    return { refused: badInput('input.taskId', `Its agent ${agent.id} is archived and takes no new work.`).refusal }
  }
  if (loaded.conversation?.archivedAt != null) {
    const message = 'Its chat session is archived. Restore it with updateChatSession(archived: false) first.'
    return { refused: badInput('input.taskId', message).refusal }
  }
  if (source.erasedAt !== null) {
    const message = 'Its prompt was erased. Enqueue new work or send a new message instead.'
    return { refused: badInput('input.taskId', message).refusal }
  }
  const event = enqueuedEvent({
    taskId: rerunId,
    runtimeId: agent.runtimeId,
    kind: state.kind,
    agentId: agent.id,
    priority: state.priority,
    attempt: 1,
    maxAttempts: state.maxAttempts,
    retryOf: null,
    rerunOf: source.id,
    forceFreshSession: false,
    forceFreshWorkDir: false,
    availableAt: loaded.now.toISOString(),
    inputMessageIds: [...state.inputMessageIds],
  })
  return {
    events: [event],
    extras: { titles: new Map([[rerunId, source.title]]), contents: [{ taskId: rerunId, copyOf: source.id }] },
    answer: { taskId: rerunId },
  }
}
