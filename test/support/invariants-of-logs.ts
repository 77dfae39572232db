import { groupedBy } from './raw-tables.js'
import type { RawRow, RawTables } from './raw-tables.js'

/** Invariants over each workspace's whole log, in the order of its positions. */
export function logProblems({ heads, events }: RawTables): string[] {
  const logs = groupedBy(events, 'workspaceId')
  return heads.flatMap((head) => {
    const log = logs.get(String(head['workspaceId'])) ?? []
    return [...positions(head, log), ...activity(log), ...overtakings(log)]
  })
}

/** I8: positions are 1..n, and the head stands at n. */
function positions(head: RawRow, log: readonly RawRow[]): string[] {
  const problems = log.flatMap((event, index) =>
    event['position'] === index + 1 ? [] : [`position ${index + 1} of the log is ${String(event['position'])}`],
  )
  if (head['position'] !== log.length) problems.push(`the head stands at ${String(head['position'])} of ${log.length}`)
  return problems
}

interface Load {
  active: number
  max: number
}

const ENDS = new Set(['TASK_RELEASED', 'TASK_COMPLETED', 'TASK_FAILED', 'TASK_CANCELLED'])

/** I6, at every position: one active task a conversation, and no agent past its limit. */
function activity(log: readonly RawRow[]): string[] {
  const problems: string[] = []
  const agentOf = new Map<string, string>()
  const conversations = new Map<string, string>()
  const agents = new Map<string, Set<string>>()
  for (const event of log) {
    const [task, conversation] = [String(event['taskId']), String(event['conversationId'])]
    const data = event['data'] as { agentId?: string; agentLoad?: Load }
    const at = `at position ${String(event['position'])}`
    if (event['type'] === 'TASK_ENQUEUED') agentOf.set(task, data.agentId ?? '')
    if (event['type'] === 'TASK_CLAIMED') {
      const active = agents.get(agentOf.get(task) ?? '') ?? new Set()
      agents.set(agentOf.get(task) ?? '', active.add(task))
      if (conversations.has(conversation)) problems.push(`${conversation} has two active tasks ${at}`)
      conversations.set(conversation, task)
      const { active: said, max } = data.agentLoad ?? { active: 0, max: 0 }
      if (said > max) problems.push(`a claim ${at} takes its agent to ${said} of ${max}`)
      if (active.size > said) problems.push(`${active.size} tasks are active ${at}, not ${said} as its claim says`)
    }
    if (ENDS.has(String(event['type'])) && conversations.get(conversation) === task) {
      conversations.delete(conversation)
      agents.get(agentOf.get(task) ?? '')?.delete(task)
    }
  }
  return problems
}

interface Enqueued {
  retryOf: string | null
  place?: number
}

/** I10: nothing goes before a waiting retry of an earlier turn of its conversation. Imported retries kept no places. */
function overtakings(log: readonly RawRow[]): string[] {
  const problems: string[] = []
  /** Where each task's turn began. */
  const turns = new Map<string, RawRow>()
  const waiting = new Map<string, { turn: RawRow; retry: boolean }>()
  for (const event of log) {
    const task = String(event['taskId'])
    if (event['type'] === 'TASK_ENQUEUED') {
      const { retryOf, place } = event['data'] as Enqueued
      const turn = (retryOf === null ? undefined : turns.get(retryOf)) ?? event
      if (place !== undefined && place !== turn['version']) problems.push(`${task} has the place of another turn`)
      if (retryOf !== null && place === undefined && event['actor'] !== 'import') problems.push(`${task} has no place`)
      turns.set(task, place === undefined ? event : turn)
      waiting.set(task, { turn: turns.get(task) ?? event, retry: place !== undefined })
    }
    if (event['type'] === 'TASK_CLAIMED') {
      const turn = turns.get(task)
      for (const [id, other] of waiting) {
        const isEarlier = Number(other.turn['version']) < Number(turn?.['version'])
        if (id !== task && other.retry && other.turn['conversationId'] === event['conversationId'] && isEarlier) {
          problems.push(`${task} was handed out before ${id}, at position ${String(event['position'])}`)
        }
      }
    }
    if (event['type'] === 'TASK_RELEASED')
      waiting.set(task, { turn: turns.get(task) ?? event, retry: isRetry(log, task) })
    else if (event['type'] === 'TASK_CLAIMED' || ENDS.has(String(event['type']))) waiting.delete(task)
  }
  return problems
}

function isRetry(log: readonly RawRow[], task: string): boolean {
  const enqueued = log.find((event) => event['type'] === 'TASK_ENQUEUED' && event['taskId'] === task)
  return (enqueued?.['data'] as Enqueued | undefined)?.place !== undefined
}
