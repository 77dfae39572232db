import type { Agent, ChatMessage, Runtime, Task, TaskContent } from '../../generated/prisma/client.js'
import { rowsByKeys } from '../../database/by-keys.js'
import { routineIn, rowsOf } from '../../database/routine.js'
import { statement } from '../../database/sql.js'
import type { Sql, TransactionSql } from '../../database/sql.js'
import { requestName, requestValues } from '../../event-log/request-records.js'
import type { RequestRecord } from '../../event-log/request-records.js'
import { currentStates } from '../../event-log/stored-state.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import { firstOfEachRequest } from './claim-call.js'
import type { ClaimCall, ClaimTexts } from './claim-call.js'
import type { LockedConversation } from './conversation-work.js'
import type { LaneSetting } from './lane.js'

/** A task that the pick has locked. */
export interface PickedTask {
  workspaceId: string
  runtimeId: string
  taskId: string
  conversationId: string
  agentId: string
  priority: number
}

/** What was read of the picked tasks, under the locks of their conversations and agents. */
export interface LoadedClaims {
  /** Of calls that were made before, by {@link requestName}. */
  records: ReadonlyMap<string, RequestRecord>
  picks: readonly PickedTask[]
  /** Active tasks of each agent, counted on with every claim of this batch. */
  active: Map<string, number>
  /** How many more each agent may have. */
  room: ReadonlyMap<string, number>
  runtimes: ReadonlyMap<string, Runtime>
  agents: ReadonlyMap<string, Agent>
  tasks: ReadonlyMap<string, Task>
  sources: ReadonlyMap<string, Task>
  conversations: ReadonlyMap<string, LockedConversation>
  /** The session states of the conversations. */
  states: ReadonlyMap<string, SessionState>
  texts: (task: Task) => ClaimTexts
}

const LOAD = routineIn('use-cases/transaction/load-claims.sql')

/** Candidates of an agent beyond the wanted number, where an earlier pick got nothing. */
const SPARES = 16

type Found = 'records' | 'picked' | 'agents' | 'active' | 'runtimes' | 'tasks' | 'sources' | 'conversations'
type Answer = Record<Found | 'contents' | 'messages', Record<string, unknown>[] | null>

/** Picks, locks and reads what the calls may get, in one round trip, and in a second one the events behind states that lag. */
export async function loadClaims(
  sql: TransactionSql,
  calls: readonly ClaimCall[],
  { clock, observer, recent }: LaneSetting,
): Promise<LoadedClaims> {
  const first = firstOfEachRequest(calls)
  const wanted = [...wantedOfEachRuntime(first).values()]
  const answer = await sql.call<Answer>(LOAD, {
    ...requestValues(first.flatMap(({ request }) => request ?? [])),
    now: clock.now(),
    asked_w: wanted.map(({ workspaceId }) => workspaceId),
    asked_runtimes: wanted.map(({ runtimeId }) => runtimeId),
    asked_wanted: wanted.map(({ most }) => most),
    spares: first.some(({ again }) => again === true) ? SPARES : 0,
  })
  const conversations = rowsOf<LockedConversation>(answer.conversations)
  const states = await currentStates(sql, conversations, { recent, onRefold: () => observer.refolded() })
  const agents = rowsOf<Agent>(answer.agents)
  const active = new Map(rowsOf<{ id: string; active: number }>(answer.active).map((row) => [row.id, row.active]))
  return {
    records: new Map(rowsOf<RequestRecord>(answer.records).map((row) => [requestName(row), row])),
    picks: rowsOf<PickedTask>(answer.picked),
    active,
    room: new Map(agents.map(({ id, maxConcurrentTasks }) => [id, maxConcurrentTasks - (active.get(id) ?? 0)])),
    runtimes: byId(rowsOf<Runtime>(answer.runtimes)),
    agents: byId(agents),
    tasks: byId(rowsOf<Task>(answer.tasks)),
    sources: byId(rowsOf<Task>(answer.sources)),
    conversations: byId(conversations),
    states: new Map(states.map((state, index) => [conversations[index]?.id ?? '', state])),
    texts: textsOf(rowsOf<TaskContent>(answer.contents), rowsOf<ChatMessage>(answer.messages)),
  }
}

function byId<Row extends { id: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]))
}

/** Each runtime once, with as many tasks as all calls together would take from it. */
function wantedOfEachRuntime(calls: readonly ClaimCall[]) {
  const wanted = new Map<string, { workspaceId: string; runtimeId: string; most: number }>()
  for (const { caller, runtimeIds, max } of calls) {
    for (const runtimeId of new Set(runtimeIds)) {
      const known = wanted.get(runtimeId)
      if (known === undefined) wanted.set(runtimeId, { workspaceId: caller.workspaceId, runtimeId, most: max })
      else known.most += max
    }
  }
  return wanted
}

const CLAIM_CONTENTS = statement(
  'claim_contents',
  `SELECT c.* FROM ${rowsByKeys('task_content', 'c', { column: 'taskId' })}`,
)

const CLAIM_MESSAGES = statement(
  'claim_messages',
  `SELECT m.* FROM ${rowsByKeys('task_row', 't')} CROSS JOIN unnest(t."inputMessageIds") AS i(id)
     CROSS JOIN LATERAL (SELECT r.* FROM chat_message r WHERE r."workspaceId" = x.w AND r.id = i.id OFFSET 0) m`,
)

/** Prompts and messages of tasks, in one read each, however many tasks. */
export async function loadClaimTexts(
  sql: Sql,
  tasks: readonly { workspaceId: string; id: string }[],
): Promise<(task: Task) => ClaimTexts> {
  const keys = [tasks.map(({ workspaceId }) => workspaceId), tasks.map(({ id }) => id)]
  const [contents, messages] = await Promise.all([
    sql.rows<TaskContent>(CLAIM_CONTENTS, keys),
    sql.rows<ChatMessage>(CLAIM_MESSAGES, keys),
  ])
  return textsOf(contents, messages)
}

/** Each task's own of these. */
function textsOf(contents: readonly TaskContent[], messages: readonly ChatMessage[]): (task: Task) => ClaimTexts {
  const contentOf = new Map(contents.map((content) => [content.taskId, content]))
  const messageOf = new Map(messages.map((message) => [message.id, message]))
  return ({ id, inputMessageIds }) => ({
    content: contentOf.get(id) ?? null,
    input: inputMessageIds.flatMap((messageId) => messageOf.get(messageId) ?? []),
  })
}
