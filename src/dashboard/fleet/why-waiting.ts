import type { Result } from '../api/request.js'
import { plural } from '../words/id-words.js'
import { ageInWords } from '../words/time-words.js'

export type WaitingTask = Result<'Waiting'>['tasks']['nodes'][number]

/** Why a task waits, in words for the person who waits for it. The first that holds is what has to change first. */
export function whyWaiting(task: WaitingTask, now: number): string {
  const { runtime, agent, conversation, availableAt } = task
  if (runtime.status === 'DEREGISTERED') return `${runtime.name} was taken out of service. Point the agent elsewhere.`
  if (runtime.status === 'OFFLINE') {
    const seen = runtime.lastSeenAt === null ? 'never heard of' : `last heard of ${ageInWords(runtime.lastSeenAt, now)}`
    return `${runtime.name} was ${seen}. Only it may claim this task.`
  }
  if (Date.parse(availableAt) > now) return `It is not to start before ${ageInWords(availableAt, now)}.`
  if (conversation.active.nodes.length > 0) return 'Another task of its conversation is under way; they run one by one.'
  const active = agent.active.nodes.length
  if (active >= agent.maxConcurrentTasks) {
    return `${agent.name} is at its limit: ${plural(active, 'task')} at once.`
  }
  return `It is ready: the next claim of ${runtime.name} can take it.`
}

/** Nothing moves without a person. */
export function isStuck({ runtime }: WaitingTask): boolean {
  return runtime.status !== 'ONLINE'
}
