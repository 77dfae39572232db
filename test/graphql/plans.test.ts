import { beforeAll, describe, expect, it } from 'vitest'
import { explainReads } from '../support/explain-reads.js'
import { at } from '../support/graphql.js'
import type { Variables } from '../support/graphql.js'
import { archiveTheOthers, largeTables, nth, OF_ONE_CHAT, ROWS } from '../support/large-tables.js'
import type { LargeTables } from '../support/large-tables.js'
import type { PostgresDatabase } from '../support/postgres-database.js'
import { damagedOnPurpose } from '../support/proven-at-close.js'
import { describePostgres } from '../support/test-database.js'

const LARGE = ['conversation', 'conversation_listing', 'task_row', 'session_event', 'chat_message']
/** A page of 50 from an index, with room for 50 look-ups of what hangs on it. */
const FEW_PAGES = 450
/** 10,000 rows, looked at one by one, in a table of several times as many. */
const PAGES_WITHIN_REACH = 4_000
const FEW_ROWS = 200

const cursor = (key: string | number) => Buffer.from(String(key)).toString('base64url')

const CHATS = `query ($filter: ChatSessionFilter, $first: Int, $last: Int, $after: String, $before: String) {
  chatSessions(filter: $filter, first: $first, last: $last, after: $after, before: $before) {
    nodes { id title agent { name } } pageInfo { hasNextPage hasPreviousPage endCursor } } }`
/** The newest chat alone has this title: the last that is found on the way back from the oldest. */
const BACKWARD = `query ($before: String) { chatSessions(filter: { search: "a chat" }, last: 7, before: $before) {
  nodes { id } pageInfo { hasPreviousPage startCursor } } }`
const CONVERSATIONS = `query ($filter: ConversationFilter, $orderBy: ConversationOrder, $last: Int, $after: String) {
  conversations(filter: $filter, orderBy: $orderBy, last: $last, after: $after) {
    nodes { id title newestTask { status } } pageInfo { hasNextPage hasPreviousPage endCursor } } }`
const COUNT = `query ($filter: ConversationFilter) { conversations(filter: $filter, first: 1) { totalCount } }`
const TASKS = `query ($filter: TaskFilter, $first: Int, $after: String, $orderBy: TaskOrder) {
  tasks(filter: $filter, first: $first, after: $after, orderBy: $orderBy) {
    nodes { id status leaseExpiresAt } pageInfo { hasNextPage hasPreviousPage endCursor } } }`
const EVENTS = `query ($id: ID!, $first: Int, $last: Int, $after: String, $before: String, $types: [SessionEventType!], $taskId: ID) {
  chatSession(id: $id) { events(first: $first, last: $last, after: $after, before: $before, types: $types, taskId: $taskId) {
    nodes { id task { status } } pageInfo { hasNextPage hasPreviousPage } } } }`
const MESSAGES = `query ($id: ID!, $first: Int, $last: Int, $after: String) { chatSession(id: $id) {
  messages(first: $first, last: $last, after: $after) { nodes { content } pageInfo { hasNextPage hasPreviousPage } } } }`
/** Lists within a list, and of one parent. */
const OF_AGENTS = `query ($status: [TaskStatus!]) {
  agents { nodes { tasks(status: $status) { nodes { id status } } chatSessions { nodes { title } } } } }`
const OF_RUNTIMES = `query ($status: [TaskStatus!]) {
  runtimes { nodes { tasks(status: $status) { nodes { id status } } } } }`
const OF_CHAT = `query ($id: ID!, $status: [TaskStatus!]) { chatSession(id: $id) {
  tasks(status: $status) { nodes { id status events(first: 5) { nodes { id } } } pageInfo { hasNextPage } }
  agent { tasks(status: $status, first: 5) { nodes { id } } } } }`
const LOG = `query ($after: Position, $types: [SessionEventType!]) { sessionEvents(after: $after, first: 50, types: $types) { id } }`
const STATS = `query ($since: DateTime, $agentId: ID) { resumeStats(since: $since, agentId: $agentId) { claims resumed } }`

type Case = [name: string, document: string, variables: (tables: LargeTables) => Variables]

const filter = (given: object) => () => ({ filter: given })
const LAST_HOUR = () => new Date(Date.now() - 3_600_000).toISOString()

const BY_INDEX: Case[] = [
  ['chats', CHATS, () => ({})],
  ['chats, from the middle', CHATS, () => ({ after: cursor(nth('chat', ROWS / 2)) })],
  ['chats, from the end', CHATS, () => ({ last: 50 })],
  ['chats, before the middle', CHATS, () => ({ last: 50, before: cursor(nth('chat', ROWS / 2)) })],
  ['chats of an agent', CHATS, ({ agentId }) => ({ filter: { agentId } })],
  ['chats of an agent that has few', CHATS, ({ oddAgentId }) => ({ filter: { agentId: oddAgentId } })],
  ['chats that are active', CHATS, filter({ status: 'ACTIVE' })],
  ['chats that are archived, which few are', CHATS, filter({ status: 'ARCHIVED' })],
  ['conversations', CONVERSATIONS, () => ({})],
  ['conversations, from the end', CONVERSATIONS, () => ({ last: 50 })],
  ['conversations, newest first', CONVERSATIONS, () => ({ orderBy: 'NEWEST' })],
  ['conversations, from a place', CONVERSATIONS, () => ({ after: cursor(`${LAST_HOUR()} ${nth('chat', 1)}`) })],
  ['conversations of an agent', CONVERSATIONS, ({ agentId }) => ({ filter: { agentId } })],
  ['conversations of an agent that has few', CONVERSATIONS, ({ oddAgentId }) => ({ filter: { agentId: oddAgentId } })],
  ['conversations on a runtime', CONVERSATIONS, ({ runtimeId }) => ({ filter: { runtimeId } })],
  [
    'conversations that failed, in or out of use',
    CONVERSATIONS,
    filter({ newestTaskStatus: ['FAILED'], archived: null }),
  ],
  ['conversations that ended', CONVERSATIONS, filter({ newestTaskStatus: ['COMPLETED', 'FAILED'] })],
  ['conversations by why', CONVERSATIONS, filter({ lastReason: ['RUNTIME_MISMATCH', 'TOO_OLD'], archived: null })],
  ['conversations by what was told', CONVERSATIONS, filter({ lastOutcome: 'FRESH' })],
  ['conversations that were told RESUME, which none was', CONVERSATIONS, filter({ lastOutcome: 'RESUME' })],
  ['conversations that are archived', CONVERSATIONS, filter({ archived: true })],
  ['tasks', TASKS, () => ({})],
  ['tasks, oldest first', TASKS, () => ({ orderBy: 'OLDEST_FIRST' })],
  ['tasks, from the middle', TASKS, () => ({ after: cursor(nth('task', ROWS / 2)) })],
  ['tasks of an agent', TASKS, ({ agentId }) => ({ filter: { agentId } })],
  ['tasks of an agent that has few', TASKS, ({ oddAgentId }) => ({ filter: { agentId: oddAgentId } })],
  ['tasks of a runtime', TASKS, ({ runtimeId }) => ({ filter: { runtimeId } })],
  ['tasks of a runtime that has few', TASKS, ({ oddRuntimeId }) => ({ filter: { runtimeId: oddRuntimeId } })],
  ['tasks of an issue', TASKS, filter({ issueKey: 'BAT-1' })],
  ['tasks that wait', TASKS, filter({ status: ['QUEUED'] })],
  ['tasks that are held', TASKS, filter({ status: ['CLAIMED', 'RUNNING'] })],
  ['tasks that have not ended', TASKS, filter({ status: ['QUEUED', 'CLAIMED', 'RUNNING'] })],
  [
    'an agent’s tasks that wait or run',
    TASKS,
    ({ agentId }) => ({ filter: { agentId, status: ['QUEUED', 'RUNNING'] } }),
  ],
  ['tasks that run, which none does', TASKS, filter({ status: ['RUNNING'] })],
  ['tasks and chats of each agent', OF_AGENTS, () => ({})],
  ['tasks of each agent that are held', OF_AGENTS, () => ({ status: ['CLAIMED', 'RUNNING'] })],
  ['tasks of each runtime', OF_RUNTIMES, () => ({})],
  ['tasks of each runtime that wait', OF_RUNTIMES, () => ({ status: ['QUEUED'] })],
  ['tasks of a chat and of its agent', OF_CHAT, ({ chatId }) => ({ id: chatId })],
  ['of these, those that wait or run', OF_CHAT, ({ chatId }) => ({ id: chatId, status: ['QUEUED', 'RUNNING'] })],
  ['a conversation’s events', EVENTS, ({ chatId }) => ({ id: chatId, first: 50 })],
  ['its events from the middle', EVENTS, ({ chatId }) => ({ id: chatId, after: cursor(OF_ONE_CHAT / 2) })],
  ['its newest events', EVENTS, ({ chatId }) => ({ id: chatId, last: 50 })],
  ['its events of a type', EVENTS, ({ chatId }) => ({ id: chatId, first: 50, types: ['TASK_CLAIMED'] })],
  ['its events of a task', EVENTS, ({ chatId }) => ({ id: chatId, taskId: nth('task', OF_ONE_CHAT / 2) })],
  ['the log', LOG, () => ({})],
  ['the log from the middle', LOG, () => ({ after: String(ROWS / 2) })],
  ['the log from the middle, of a type', LOG, () => ({ after: String(ROWS / 2), types: ['TASK_CLAIMED'] })],
  ['a chat’s messages', MESSAGES, ({ chatId }) => ({ id: chatId, first: 50 })],
  ['its messages from the middle', MESSAGES, ({ chatId }) => ({ id: chatId, after: cursor(nth('msg', 10_000)) })],
  ['its newest messages', MESSAGES, ({ chatId }) => ({ id: chatId, last: 50 })],
  ['what claims were told in the last hour', STATS, () => ({ since: LAST_HOUR() })],
  ['what an agent’s claims were told in the last hour', STATS, ({ agentId }) => ({ since: LAST_HOUR(), agentId })],
]

const WITHIN_REACH: Case[] = [
  ['chats by title, as all have it', CHATS, filter({ search: 'chat' })],
  ['chats by title, as few have it', CHATS, filter({ search: 'odd' })],
  ['chats by title, as none has it', CHATS, filter({ search: 'nowhere' })],
  ['archived chats by title', CHATS, filter({ search: 'chat 1', status: 'ARCHIVED' })],
  ['an agent’s chats by title', CHATS, ({ agentId }) => ({ filter: { agentId, search: 'nowhere' } })],
  ['an agent’s archived chats', CHATS, ({ agentId }) => ({ filter: { agentId, status: 'ARCHIVED' } })],
  ['chats on a runtime', CHATS, ({ runtimeId }) => ({ filter: { runtimeId } })],
  ['chats on a runtime that has few', CHATS, ({ oddRuntimeId }) => ({ filter: { runtimeId: oddRuntimeId } })],
  ['conversations by title, as none has it', CONVERSATIONS, filter({ search: 'nowhere' })],
  ['issue threads among chats', CONVERSATIONS, filter({ kind: 'ISSUE' })],
  ['conversations that run, which none does', CONVERSATIONS, filter({ newestTaskStatus: ['RUNNING'] })],
  [
    'an agent’s failed conversations',
    CONVERSATIONS,
    ({ agentId }) => ({ filter: { agentId, newestTaskStatus: ['FAILED'] } }),
  ],
  [
    'an agent’s conversations, newest first',
    CONVERSATIONS,
    ({ agentId }) => ({ orderBy: 'NEWEST', filter: { agentId } }),
  ],
  ['how many conversations there are', COUNT, () => ({})],
  ['how many have a title', COUNT, filter({ search: 'nowhere' })],
  ['tasks that failed, as few did', TASKS, filter({ status: ['FAILED'] })],
  ['tasks that wait or failed', TASKS, filter({ status: ['QUEUED', 'FAILED'] })],
  ['issue work among chat turns', TASKS, filter({ kind: 'ISSUE' })],
  ['tasks by what their claim was told', TASKS, filter({ resumeOutcome: 'RESUME' })],
  ['tasks by why', TASKS, filter({ resumeReason: ['RUNTIME_MISMATCH'] })],
  ['an agent’s failed tasks', TASKS, ({ agentId }) => ({ filter: { agentId, status: ['FAILED'] } })],
]

describePostgres(`with ${ROWS} chats, tasks, events and messages`, (open) => {
  let database: PostgresDatabase
  let tables: LargeTables

  beforeAll(async () => {
    database = await open()
    // Its rows are made in the database: many, and no log.
    damagedOnPurpose(database)
    tables = await largeTables(database)
  }, 120_000)

  async function expectPages(document: string, variables: Variables, most: number): Promise<void> {
    const explained = await explainReads(database, () => tables.api.as('VIEWER').ask(document, variables))
    expect(explained.length).toBeGreaterThan(0)
    for (const { name, scanned, sorted, pages } of explained) {
      expect({ name, scanned: scanned.filter((table) => LARGE.includes(table)) }).toEqual({ name, scanned: [] })
      expect(sorted, name).toBeLessThan(FEW_ROWS)
      expect(pages, name).toBeLessThan(most)
    }
  }

  describe('a page is read from an index with little more', () => {
    it.each(BY_INDEX)('%s', (_name, document, variables) => expectPages(document, variables(tables), FEW_PAGES))
  })

  it.each(BY_INDEX.filter(([, document]) => document === CONVERSATIONS))(
    'an index alone gives the conversations of a page: %s',
    async (_name, document, variables) => {
      const explained = await explainReads(database, () => tables.api.as('VIEWER').ask(document, variables(tables)))
      const lists = explained.filter(({ name }) => name.includes('FROM conversation_listing l'))
      expect(lists.length).toBeGreaterThan(0)
      for (const { indexOnly } of lists) {
        const own = indexOnly.filter(({ index }) => index.startsWith('conversation_listing_'))
        expect(own.length).toBeGreaterThan(0)
        expect(own.filter(({ heapFetches }) => heapFetches > 0)).toEqual([])
      }
    },
  )

  describe('without an index, a page reads at most 10,000 rows', () => {
    it.each(WITHIN_REACH)('%s', (_name, document, variables) =>
      expectPages(document, variables(tables), PAGES_WITHIN_REACH),
    )

    it('reading backward from the end finds the same entries', async () => {
      const found: unknown[] = []
      for (let before: unknown = null, more = true; more;) {
        const answer = await tables.api.as('VIEWER').ask(BACKWARD, { before })
        found.push(...(at(answer, 'chatSessions.nodes') as unknown[]))
        more = at(answer, 'chatSessions.pageInfo.hasPreviousPage') === true
        before = at(answer, 'chatSessions.pageInfo.startCursor')
      }
      expect(found).toHaveLength(1)
    })

    it('reading on finds all entries', async () => {
      for (const [document, list, given] of [
        [CHATS, 'chatSessions', { search: 'odd' }],
        [TASKS, 'tasks', { status: ['FAILED'] }],
      ] as const) {
        const found: unknown[] = []
        let looks = 0
        for (let after: unknown = null, more = true; more; looks++) {
          const page = at(await tables.api.as('VIEWER').ask(document, { filter: given, after, first: 7 }), list)
          found.push(...(at(page, 'nodes') as unknown[]))
          more = at(page, 'pageInfo.hasNextPage') === true
          after = at(page, 'pageInfo.endCursor')
        }
        expect(found).toHaveLength(20)
        expect(looks).toBe(ROWS / 10_000 + 2)
      }
    })
  })

  it('the few active chats are read from an index too', async () => {
    await archiveTheOthers(database)
    await expectPages(CHATS, { filter: { status: 'ACTIVE' } }, FEW_PAGES)
    await expectPages(CHATS, { filter: { status: 'ARCHIVED' } }, FEW_PAGES)
  })
})
