import { groupedBy } from './raw-tables.js'
import type { RawRow, RawTables } from './raw-tables.js'

/** Invariants over each workspace's whole log, in the order of its positions. */
export function logProblems({ heads, events }: RawTables): string[] {
  const logs = groupedBy(events, 'workspaceId')
  return heads.flatMap((head) => {
    const log = logs.get(String(head['workspaceId'])) ?? []
    return [...positions(head, log), ...activity(log)]
  })
}

/** 8: positions are 1..n, and the head stands at n. */
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

/** 6, at every position: one active task a conversation, and no agent past its limit. */
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
