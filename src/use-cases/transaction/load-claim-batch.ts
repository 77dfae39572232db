import type { Agent, ChatMessage, Runtime, Task, TaskContent } from '../../generated/prisma/client.js'
import { ENTER_CLAIM } from '../../claim-queue/cooling.js'
import { PICK, pickValues } from '../../claim-queue/pick.js'
import type { Ask, Picked } from '../../claim-queue/pick.js'
import { distinctInto, inline, perform, routine, rowsInto, rowsOf } from '../../database/routine.js'
import type { TransactionSql } from '../../database/sql.js'
import { FIND_RECORDS, requestColumns, requestName } from '../../event-log/request-records.js'
import type { RequestKey, RequestRecord } from '../../event-log/request-records.js'
import { currentState } from '../../event-log/stored-state.js'
import type { Observer } from '../observer.js'
import type { ClaimTexts } from './claim-ask.js'
import type { LockedConversation } from './conversation-work.js'
import { ENTER_DECISION } from './decision-barrier.js'
import { CLAIM_CONTENTS, CLAIM_MESSAGES, textsOf } from './load-claim-texts.js'
import { ACTIVE_COUNTS, CONVERSATIONS, LOCK_AGENTS, RUNTIMES, SOURCES, TASKS_BY_ID } from './load-rows.js'

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
  texts: (task: Task) => ClaimTexts
}

const TASK_KEYS = ['p_workspaces', 'p_tasks']
const AGENT_KEYS = ['a_workspaces', 'a_agents']

/** What it answers, each in a variable of its own. */
const FOUND = [
  ...(['records', 'picked', 'agents', 'active', 'runtimes', 'tasks', 'sources', 'conversations'] as const),
  ...(['contents', 'messages'] as const),
]

/**
 * All that a batch of claims reads: the calls made before, the pick with its locks, the agents' locks, and then, with
 * nothing left to change, what the decisions and the answers need.
 */
const LOAD_CLAIM_BATCH = routine('load_claim_batch', {
  parameters: [
    ['r_workspaces', 'text[]'],
    ['r_actors', 'text[]'],
    ['r_mutations', 'text[]'],
    ['r_requests', 'text[]'],
    ['q_workspaces', 'text[]'],
    ['q_runtimes', 'text[]'],
    ['q_wanted', 'int[]'],
    ['q_spares', 'int'],
    ['q_claimable', 'text'],
    ['q_now', 'timestamptz'],
  ],
  variables: [
    ...FOUND.map((name): [string, string] => [`v_${name}`, 'json']),
    ...[...TASK_KEYS, ...AGENT_KEYS, 'p_conversations', 'p_agents'].map((name): [string, string] => [name, 'text[]']),
    ['some_rerun', 'boolean'],
    ['some_input', 'boolean'],
  ],
  body: `
    ${perform(ENTER_DECISION)}
    ${perform(ENTER_CLAIM)}
    IF cardinality(r_requests) > 0 THEN
      ${rowsInto('v_records', FIND_RECORDS, ['r_workspaces', 'r_actors', 'r_mutations', 'r_requests'])}
    END IF;
    SELECT json_agg(r), array_agg("workspaceId"), array_agg("taskId"), array_agg("conversationId"),
      array_agg("agentId")
      INTO v_picked, p_workspaces, p_tasks, p_conversations, p_agents
      FROM (${inline(PICK, ['q_workspaces', 'q_runtimes', 'q_wanted', 'q_spares', 'q_claimable', 'q_now'])}) r;
    IF p_tasks IS NOT NULL THEN
      ${distinctInto(AGENT_KEYS, ['p_workspaces', 'p_agents'])}
      ${rowsInto('v_agents', LOCK_AGENTS, AGENT_KEYS)}
      ${rowsInto('v_active', ACTIVE_COUNTS, AGENT_KEYS)}
      ${rowsInto('v_runtimes', RUNTIMES, ['q_workspaces', 'q_runtimes'])}
      SELECT json_agg(r), bool_or(r."rerunOf" IS NOT NULL), bool_or(cardinality(r."inputMessageIds") > 0)
        INTO v_tasks, some_rerun, some_input FROM (${inline(TASKS_BY_ID, TASK_KEYS)}) r;
      IF some_rerun THEN
        ${rowsInto('v_sources', SOURCES, TASK_KEYS)}
      END IF;
      ${rowsInto('v_conversations', CONVERSATIONS, ['p_workspaces', 'p_conversations'])}
      ${rowsInto('v_contents', CLAIM_CONTENTS, TASK_KEYS)}
      IF some_input THEN
        ${rowsInto('v_messages', CLAIM_MESSAGES, TASK_KEYS)}
      END IF;
    END IF;
    RETURN json_build_object(${FOUND.map((name) => `'${name}', v_${name}`).join(', ')});`,
})

type Answer = Record<(typeof FOUND)[number], Record<string, unknown>[] | null>

/** `again`: an earlier pick got nothing, so this one looks beyond the candidates that others may hold. */
export async function loadClaimBatch(
  sql: TransactionSql,
  requests: readonly RequestKey[],
  asks: readonly Ask[],
  again: boolean,
  now: Date,
  observer: Observer,
): Promise<LoadedClaimBatch> {
  const answer = await sql.call<Answer>(LOAD_CLAIM_BATCH, [
    ...requestColumns(requests),
    ...pickValues(asks, again, now),
  ])
  const conversations = rowsOf<LockedConversation>(answer.conversations)
  for (const conversation of conversations) {
    conversation.state = await currentState(sql, conversation, () => observer.refolded())
  }
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
    texts: textsOf(rowsOf<TaskContent>(answer.contents), rowsOf<ChatMessage>(answer.messages)),
  }
}

function byId<Row extends { id: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]))
}
