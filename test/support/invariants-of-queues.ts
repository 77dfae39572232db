import { groupedBy, instant } from './raw-tables.js'
import type { RawRow, RawTables } from './raw-tables.js'

/** What waits and what is held, as the tasks' statuses have it; and one head a conversation and runtime, the best. */
export function queueProblems({ tasks, entries, claims }: RawTables): string[] {
  const queued = tasks.filter((task) => task['status'] === 'QUEUED')
  const active = tasks.filter((task) => task['status'] === 'CLAIMED' || task['status'] === 'RUNNING')
  return [
    ...agree('queue entry', queued, entries),
    ...agree('claim', active, claims),
    ...entries.flatMap((entry) => ageProblems(entry, tasks)),
    ...headProblems(entries, claims),
  ]
}

function agree(noun: string, tasks: readonly RawRow[], rows: readonly RawRow[]): string[] {
  const byTask = new Map(rows.map((row) => [row['taskId'], row]))
  const problems = tasks.flatMap((task) => {
    const row = byTask.get(task['id'])
    byTask.delete(task['id'])
    if (row === undefined) return [`${String(task['id'])} is ${String(task['status'])} without a ${noun}`]
    return ['workspaceId', 'conversationId', 'agentId', 'runtimeId'].flatMap((column) =>
      row[column] === task[column] ? [] : [`the ${noun} of ${String(task['id'])} has another ${column}`],
    )
  })
  return [...problems, ...[...byTask.keys()].map((id) => `${String(id)} has a ${noun} that it must not have`)]
}

function ageProblems(entry: RawRow, tasks: readonly RawRow[]): string[] {
  const task = tasks.find((row) => row['id'] === entry['taskId'])
  const kept =
    task?.['priority'] === entry['priority'] &&
    instant(task?.['createdAt']) === instant(entry['enqueuedAt']) &&
    instant(task?.['availableAt']) === instant(entry['availableAt'])
  return kept ? [] : [`the queue entry of ${String(entry['taskId'])} has lost its age or priority`]
}

/** `entries` come best first. */
function headProblems(entries: readonly RawRow[], claims: readonly RawRow[]): string[] {
  const busy = new Set(claims.map((claim) => claim['conversationId']))
  return [...groupedBy(entries, 'conversationId').values()].flatMap((conversation) => {
    const held = Math.min(...conversation.filter(({ holds }) => holds === true).map(({ place }) => Number(place)))
    const behindHeld = (entry: RawRow): boolean => Number(entry['place']) > held
    const waiting = conversation.filter(({ state }) => state !== 'SCHEDULED')
    return [...groupedBy(waiting, 'runtimeId').values()].flatMap((line) => {
      const head = line.find((entry) => !behindHeld(entry)) ?? line[0]
      return line.flatMap((entry) => {
        const kept = busy.has(entry['conversationId']) || behindHeld(entry)
        const state = entry !== head ? 'BEHIND' : kept ? 'NEXT' : 'READY'
        return entry['state'] === state
          ? []
          : [`${String(entry['taskId'])} is ${String(entry['state'])} in the queue, not ${state}`]
      })
    })
  })
}
