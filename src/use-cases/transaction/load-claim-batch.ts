import type { Agent, ChatMessage, Runtime, Task, TaskContent } from '../../generated/prisma/client.js'
import { routineIn, rowsOf } from '../../database/routine.js'
import type { TransactionSql } from '../../database/sql.js'
import { requestName, requestValues } from '../../event-log/request-records.js'
import type { RequestKey, RequestRecord } from '../../event-log/request-records.js'
import { currentStates } from '../../event-log/stored-state.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import type { ClaimTexts } from './claim-ask.js'
import type { LockedConversation } from './conversation-work.js'
import { textsOf } from './load-claim-texts.js'

/** How many claimable tasks of one runtime a caller would take. */
export interface Ask {
  workspaceId: string
  runtimeId: string
  /** At least 1. */
  want: number
}

export interface Picked {
  workspaceId: string
  runtimeId: string
  taskId: string
  conversationId: string
  agentId: string
  priority: number
}

/** What was read of the picked tasks, under the locks of their conversations and agents. */
export interface LoadedClaimBatch {
  /** Of calls that were made before, by {@link requestName}. */
  records: ReadonlyMap<string, RequestRecord>
  picked: readonly Picked[]
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

/** `again`: an earlier pick got nothing, so this one looks beyond the candidates that others may hold. */
export async function loadClaimBatch(
  sql: TransactionSql,
  requests: readonly RequestKey[],
  asks: readonly Ask[],
  again: boolean,
  now: Date,
  folds: Parameters<typeof currentStates>[2],
): Promise<LoadedClaimBatch> {
  const answer = await sql.call<Answer>(LOAD, {
    ...requestValues(requests),
    now,
    asked_w: asks.map((ask) => ask.workspaceId),
    asked_runtimes: asks.map((ask) => ask.runtimeId),
    asked_wanted: asks.map((ask) => ask.want),
    spares: again ? SPARES : 0,
  })
  const conversations = rowsOf<LockedConversation>(answer.conversations)
  const states = await currentStates(sql, conversations, folds)
  const agents = rowsOf<Agent>(answer.agents)
  const active = new Map(rowsOf<{ id: string; active: number }>(answer.active).map((row) => [row.id, row.active]))
  return {
    records: new Map(rowsOf<RequestRecord>(answer.records).map((row) => [requestName(row), row])),
    picked: rowsOf<Picked>(answer.picked),
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
