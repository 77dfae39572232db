import type { Database, Sql } from '../../src/database/sql.js'
import { statement } from '../../src/database/sql.js'
import { Api } from './graphql.js'
import { claim, enqueue, makeAgent, makeChat, makeRuntime, runNext, say } from './graphql-world.js'
import { gatherStatistics } from './long-queues.js'

/** How many chats, tasks, events and messages there are. */
export const ROWS = 100_000
/** So many events and messages are of one chat, and no others are of it. */
export const OF_ONE_CHAT = 20_000
/** The oldest chats and their tasks are unlike all others: archived, of another agent on another runtime, failed. */
const ODD = 20

/** The id of the n-th that was copied, older than all that the API made. */
export const nth = (prefix: string, n: number): string => `${prefix}_${String(n).padStart(26, '0')}`

export interface LargeTables {
  api: Api
  /** Of nearly all chats. */
  agentId: string
  runtimeId: string
  /** Of the odd ones. */
  oddAgentId: string
  oddRuntimeId: string
  /** The chat with the most events and messages. */
  chatId: string
}

const id = (prefix: string, n = 'n') => `'${prefix}_' || lpad((${n})::text, 26, '0')`
const CHAT = `CASE WHEN n <= ${OF_ONE_CHAT} THEN ${id('chat', '1')} ELSE ${id('chat')} END`

/** Written at once: a statement has only so much time, on a busy machine too. */
const AT_ONCE = 10_000

/** Writes copies of a row of `table` that holds for `where`, with these columns changed. */
async function copy(sql: Sql, table: string, where: string, changes: Record<string, string>): Promise<void> {
  const changed = Object.entries(changes).map(([column, value]) => `'${column}', ${value}`)
  const some = `INSERT INTO ${table} SELECT r.* FROM (SELECT * FROM ${table} t WHERE ${where} LIMIT 1) t
       CROSS JOIN generate_series($1::int, $2::int) n
       CROSS JOIN LATERAL jsonb_populate_record(t::${table}, jsonb_build_object(${changed.join(', ')})) r`
  for (let from = 1; from <= ROWS; from += AT_ONCE) await sql.rows(statement('', some), [from, from + AT_ONCE - 1])
}

/** A workspace with one of everything, made by the API, and many more rows like these; statistics are gathered. */
export async function largeTables(database: Database): Promise<LargeTables> {
  const api = await Api.open(database)
  const owner = api.as('ROOT')
  const [runtimeId, oddRuntimeId] = [await makeRuntime(owner, 'most'), await makeRuntime(owner, 'odd')]
  const [agentId, oddAgentId] = [await makeAgent(owner, runtimeId), await makeAgent(owner, oddRuntimeId)]
  const chat = await makeChat(owner, agentId)
  const task = await say(owner, chat)
  await runNext(owner, runtimeId, 'session-1')
  await enqueue(owner, agentId, 'BAT-1')
  await claim(owner, runtimeId)
  await enqueue(owner, agentId, 'BAT-2')
  const odd = (value: string, otherwise: string) => `CASE WHEN n <= ${ODD} THEN ${value} ELSE ${otherwise} END`
  const agent = odd(`'${oddAgentId}'`, `'${agentId}'`)
  await database.transaction(async (sql) => {
    await sql.rows(statement('test_replica', 'SET LOCAL session_replication_role = replica'))
    const archivedAt = odd('now()', 'NULL')
    const title = odd(`'Odd ' || n`, `'Chat ' || n`)
    await copy(sql, 'conversation', `id = '${chat}'`, { id: id('chat'), agentId: agent, archivedAt, title })
    await copy(sql, 'conversation_listing', `"conversationId" = '${chat}'`, {
      conversationId: id('chat'),
      agentId: agent,
      archived: odd('true', 'false'),
      title,
      newestTaskStatus: odd(`'FAILED'`, `'COMPLETED'`),
      lastReason: odd(`'RUNTIME_MISMATCH'`, `'NO_PRIOR_SESSION'`),
      lastActivityAt: `now() - make_interval(secs => n)`,
    })
    await copy(sql, 'task_row', `id = '${task}'`, {
      id: id('task'),
      conversationId: id('chat'),
      agentId: agent,
      runtimeId: odd(`'${oddRuntimeId}'`, `'${runtimeId}'`),
      status: odd(`'FAILED'`, `'COMPLETED'`),
      resumeReason: odd(`'RUNTIME_MISMATCH'`, `"resumeReason"`),
      resumeOutcome: odd(`'RESUME'`, `"resumeOutcome"`),
    })
    const event = { id: id('evt'), position: '1000 + n', version: 'n', conversationId: CHAT, taskId: id('task') }
    await copy(sql, 'session_event', `type = 'TASK_CLAIMED' AND "taskId" = '${task}'`, {
      ...event,
      type: `CASE n % 4 WHEN 0 THEN 'TASK_CLAIMED' ELSE 'TASK_STARTED' END`,
      occurredAt: `now() - make_interval(mins => ${ROWS} - n)`,
    })
    await copy(sql, 'chat_message', `"conversationId" = '${chat}'`, { id: id('msg'), conversationId: CHAT })
  })
  await gatherStatistics(database)
  // As autovacuum does in time: all of its pages are known to be visible to all. It puts off the few that hold dead rows.
  await database.sql.rows(statement('', 'VACUUM (INDEX_CLEANUP ON, ANALYZE) conversation_listing'))
  return { api, agentId, runtimeId, oddAgentId, oddRuntimeId, chatId: nth('chat', 1) }
}

/** Archives the chats that are not, and restores the few that are. */
export async function archiveTheOthers(database: Database): Promise<void> {
  const others = `UPDATE conversation SET "archivedAt" = CASE WHEN "archivedAt" IS NULL THEN now() END`
  await database.sql.rows(statement('', others))
  await database.sql.rows(statement('', 'VACUUM ANALYZE conversation'))
}
