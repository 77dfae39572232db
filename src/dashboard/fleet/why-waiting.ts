import type { Result } from '../api/request.js'
import { plural } from '../words/id-words.js'
import { ageInWords } from '../words/time-words.js'

export type WaitingTask = Result<'Waiting'>['tasks']['nodes'][number]
type Waiting = NonNullable<WaitingTask['waiting']>
type WaitReason = Waiting['reasons'][number]

/** The server counts no further than this. */
const MOST_AHEAD = 100

/** Ordered by what must change first. */
const FIRST: readonly WaitReason[] = [
  'RUNTIME_DEREGISTERED',
  'RUNTIME_OFFLINE',
  'RUNTIME_COOLING_DOWN',
  'NOT_YET_AVAILABLE',
  'RUNTIME_NOT_ASKING',
  'CONVERSATION_BUSY',
  'AGENT_AT_CAPACITY',
  'TASKS_AHEAD',
]

/** Why a task waits, as a sentence for a person. It names the one of the server's reasons that must change first. */
export function whyWaiting(task: WaitingTask, now: number): string {
  const { waiting, runtime } = task
  if (waiting === null) return 'It no longer waits.'
  const reason = FIRST.find((one) => waiting.reasons.includes(one))
  return reason === undefined
    ? `It is ready. The next claim of ${runtime.name} can take it.`
    : inWords(reason, task, waiting, now)
}

function inWords(reason: WaitReason, task: WaitingTask, waiting: Waiting, now: number): string {
  const { runtime, agent, availableAt } = task
  const { ahead, runtimeLastAskedAt } = waiting
  switch (reason) {
    case 'RUNTIME_DEREGISTERED':
      return `${runtime.name} is deregistered. Move the agent to another runtime.`
    case 'RUNTIME_OFFLINE': {
      const seen = runtime.lastSeenAt === null ? 'never seen' : `last seen ${ageInWords(runtime.lastSeenAt, now)}`
      return `${runtime.name} is offline (${seen}). Only this runtime can claim the task.`
    }
    case 'RUNTIME_COOLING_DOWN': {
      const until = runtime.coolingUntil === null ? '' : ` It gets work again ${ageInWords(runtime.coolingUntil, now)}.`
      return `The account of ${runtime.name} is used up or logged out.${until}`
    }
    case 'NOT_YET_AVAILABLE':
      return `It can start ${ageInWords(availableAt, now)}.`
    case 'RUNTIME_NOT_ASKING': {
      const asked = runtimeLastAskedAt === null ? 'never' : ageInWords(runtimeLastAskedAt, now)
      return `${runtime.name} is online but does not ask for work (last request: ${asked}). Are all its slots taken?`
    }
    case 'CONVERSATION_BUSY':
      return 'Another task of its conversation comes first. They run one at a time.'
    case 'AGENT_AT_CAPACITY':
      return `${agent.name} is at its limit of ${plural(agent.maxConcurrentTasks, 'concurrent task')}.`
    case 'TASKS_AHEAD':
      return ahead >= MOST_AHEAD ? `At least ${MOST_AHEAD} tasks ahead of it.` : `${plural(ahead, 'task')} ahead of it.`
  }
}

const STUCK: readonly WaitReason[] = ['RUNTIME_DEREGISTERED', 'RUNTIME_OFFLINE', 'RUNTIME_NOT_ASKING']

/** Whether the task waits until a person acts. */
export function isStuck({ waiting }: WaitingTask): boolean {
  return waiting?.reasons.some((reason) => STUCK.includes(reason)) ?? false
}
