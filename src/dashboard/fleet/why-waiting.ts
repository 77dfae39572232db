import type { Result } from '../api/request.js'
import { plural } from '../words/id-words.js'
import { ageInWords } from '../words/time-words.js'

export type WaitingTask = Result<'Waiting'>['tasks']['nodes'][number]
type Waiting = NonNullable<WaitingTask['waiting']>
type WaitReason = Waiting['reasons'][number]

/** As many are counted, and no more. */
const MOST_AHEAD = 100

/** What has to change first comes first. */
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

/** Why a task waits, in words for the person who waits for it: of the server's reasons the one that has to change first. */
export function whyWaiting(task: WaitingTask, now: number): string {
  const { waiting, runtime } = task
  if (waiting === null) return 'It waits no longer.'
  const reason = FIRST.find((one) => waiting.reasons.includes(one))
  return reason === undefined
    ? `It is ready: the next claim of ${runtime.name} can take it.`
    : inWords(reason, task, waiting, now)
}

function inWords(reason: WaitReason, task: WaitingTask, waiting: Waiting, now: number): string {
  const { runtime, agent, availableAt } = task
  const { ahead, runtimeLastAskedAt } = waiting
  switch (reason) {
    case 'RUNTIME_DEREGISTERED':
      return `${runtime.name} was taken out of service. Point the agent elsewhere.`
    case 'RUNTIME_OFFLINE': {
      const seen =
        runtime.lastSeenAt === null ? 'never heard of' : `last heard of ${ageInWords(runtime.lastSeenAt, now)}`
      return `${runtime.name} was ${seen}. Only it may claim this task.`
    }
    case 'RUNTIME_COOLING_DOWN': {
      const until = runtime.coolingUntil === null ? '' : ` It is asked again ${ageInWords(runtime.coolingUntil, now)}.`
      return `The account of ${runtime.name} is used up or logged out.${until}`
    }
    case 'NOT_YET_AVAILABLE':
      return `It is not to start before ${ageInWords(availableAt, now)}.`
    case 'RUNTIME_NOT_ASKING': {
      const asked = runtimeLastAskedAt === null ? 'never' : `last ${ageInWords(runtimeLastAskedAt, now)}`
      return `${runtime.name} is online but does not ask for work (${asked}): are all its slots taken?`
    }
    case 'CONVERSATION_BUSY':
      return 'Another task of its conversation comes first; they run one by one.'
    case 'AGENT_AT_CAPACITY':
      return `${agent.name} is at its limit: ${plural(agent.maxConcurrentTasks, 'task')} at once.`
    case 'TASKS_AHEAD':
      return ahead >= MOST_AHEAD
        ? `${MOST_AHEAD} tasks or more are ahead of it.`
        : `${plural(ahead, 'task')} ahead of it.`
  }
}

const STUCK: readonly WaitReason[] = ['RUNTIME_DEREGISTERED', 'RUNTIME_OFFLINE', 'RUNTIME_NOT_ASKING']

/** Nothing moves without a person. */
export function isStuck({ waiting }: WaitingTask): boolean {
  return waiting?.reasons.some((reason) => STUCK.includes(reason)) ?? false
}
