import type { Task } from '../../generated/prisma/client.js'
import type { RequestKey } from '../../event-log/request-records.js'
import { taskStateOf } from '../../event-log/task-row.js'
import type { TaskDecision } from '../../tasks/task-decision.js'
import type { TaskState } from '../../tasks/task-state.js'
import { MOST_SESSIONS_PER_TASK } from '../calls/bounds.js'
import type { Caller } from '../calls/caller.js'
import { forbidsDaemon } from '../calls/caller.js'
import { accepted, badInput, illegalTransition, notFound, staleClaim } from '../calls/outcome.js'
import type { Outcome, Refusal } from '../calls/outcome.js'
import type { Services } from '../services/services.js'
import type { Answer, Decision, Extras, LoadedConversation, WorkDone } from '../transaction/conversation-work.js'
import { loadTasks } from '../transaction/load-rows.js'

/** A command about one task. */
export interface TaskCommand {
  taskId: string
  /** For a refusal: "A task that is COMPLETED cannot be `verb`." */
  verb: string
  request?: RequestKey | null
  decide(task: TaskState, held: string | null, loaded: LoadedConversation): TaskDecision
  /** Further events, rows and answer for an accepted decision. */
  follow?(task: Task, events: TaskEvents, loaded: LoadedConversation): Followed
  /** The answer of a repeated call, if it contains ids other than the task's. */
  repeat?(task: Task, loaded: LoadedConversation): Answer
}

type TaskEvents = Extract<TaskDecision, { kind: 'accepted' }>['events']

export interface Followed {
  events?: TaskEvents
  extras?: Extras
  answer?: Answer
}

export interface TaskDone {
  task: Task
  done: WorkDone
  /** false: a pin came too late to change anything. */
  accepted: boolean
}

/** Executes a task command: checks the fencing token, decides under the conversation's lock, and writes the result. */
export async function commandTask(
  services: Services,
  caller: Caller,
  command: TaskCommand,
): Promise<Outcome<TaskDone>> {
  const { workspaceId, tokenId } = caller
  const outcome = await services.conversations.submit({
    workspaceId,
    actor: tokenId,
    target: { taskId: command.taskId },
    request: command.request ?? null,
    decide: (loaded) => decisionOf(command, caller, loaded),
  })
  if (!outcome.ok) return outcome
  const task = outcome.value.tasks.get(command.taskId)
  if (task === undefined) return notFound('task', command.taskId)
  return accepted({ task, done: outcome.value, accepted: outcome.value.answer.ignored !== true })
}

function decisionOf(command: TaskCommand, caller: Caller, loaded: LoadedConversation): Decision {
  const task = loaded.tasks.get(command.taskId)
  if (task === undefined) return refusing(notFound('task', command.taskId))
  const daemonId = loaded.runtimes.get(task.runtimeId)?.daemonId
  const forbidden = daemonId === undefined ? null : forbidsDaemon(caller, daemonId)
  if (forbidden !== null) return refusing(forbidden)
  const decision = command.decide(taskStateOf(task), task.claimToken, loaded)
  switch (decision.kind) {
    case 'refused':
      return refusing(refusalOf(decision, command.verb))
    case 'repeated':
      return { unchanged: { taskId: task.id, ...command.repeat?.(task, loaded) } }
    case 'ignored':
      return { unchanged: { taskId: task.id, ignored: true } }
    case 'accepted': {
      const { errorText, reasonText } = decision
      const followed = command.follow?.(task, decision.events, loaded) ?? {}
      return {
        events: [...decision.events, ...(followed.events ?? [])],
        extras: {
          ...followed.extras,
          voidsClaim: decision.voidsClaim,
          ...(errorText === undefined ? {} : { errors: new Map([[task.id, errorText]]) }),
          ...(reasonText === undefined ? {} : { reasons: new Map([[task.id, reasonText]]) }),
        },
        answer: { taskId: task.id, ...followed.answer },
      }
    }
  }
}

function refusalOf(decision: Extract<TaskDecision, { kind: 'refused' }>, verb: string): { refusal: Refusal } {
  switch (decision.code) {
    case 'STALE_CLAIM':
      return staleClaim
    case 'ILLEGAL_TRANSITION':
      return illegalTransition(verb, decision.status)
    case 'TOO_MANY_SESSIONS':
      return tooManySessions
  }
}

const tooManySessions = badInput(
  'input.sessionId',
  `This task has named ${MOST_SESSIONS_PER_TASK} sessions, which is the limit. Pin the session that the next run is to ` +
    'resume only; completeTask and failTask may still name one.',
)

function refusing({ refusal }: { refusal: Refusal }): Decision {
  return { refused: refusal }
}

/** The workspace's tasks with these ids, in that order. Other ids are skipped. */
export async function tasksById(services: Services, workspaceId: string, ids: readonly string[]): Promise<Task[]> {
  const keys = ids.map((id) => [workspaceId, id] as const)
  const rows = new Map((await loadTasks(services.database.sql, keys)).map((row) => [row.id, row]))
  return ids.flatMap((id) => rows.get(id) ?? [])
}
