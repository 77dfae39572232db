import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/sql.js'
import { statement } from '../../src/database/sql.js'
import { Api, at, textAt } from '../support/graphql.js'
import type { Client, Variables } from '../support/graphql.js'
import { claim, enqueue, makeAgent, makeChat, makeRuntime, runNext, say } from '../support/graphql-world.js'
import { SettableClock } from '../support/services.js'
import { forEachDatabase } from '../support/test-database.js'

const LIST = `query ($filter: ConversationFilter, $orderBy: ConversationOrder, $first: Int, $last: Int, $after: String, $before: String) {
  conversations(filter: $filter, orderBy: $orderBy, first: $first, last: $last, after: $after, before: $before) {
    totalCount totalIsAtLeast nodes { id title lastActivityAt newestTask { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`

forEachDatabase((open) => {
  let database: Database
  let clock: SettableClock
  let owner: Client
  let laptop: string
  let build: string
  let ada: string
  let bob: string

  beforeAll(async () => {
    database = await open()
  })

  beforeEach(async () => {
    clock = new SettableClock()
    owner = (await Api.open(database, clock)).as('ROOT')
    laptop = await makeRuntime(owner, 'laptop')
    build = await makeRuntime(owner, 'build')
    ada = await makeAgent(owner, laptop)
    bob = await makeAgent(owner, build, 'Bob')
  })

  const list = async (variables: Variables = {}) => at(await owner.ask(LIST, variables), 'conversations')
  const ids = async (filter: object = {}, orderBy?: string): Promise<unknown[]> => {
    const { nodes, totalCount } = (await list({ filter, orderBy })) as { nodes: { id: string }[]; totalCount: number }
    expect(totalCount).toBe(nodes.length)
    return nodes.map(({ id }) => id)
  }
  const later = async <T>(step: Promise<T> | (() => Promise<T>)): Promise<T> => {
    clock.pass(1)
    return typeof step === 'function' ? step() : step
  }
  const threadOf = async (taskId: string) =>
    textAt(
      await owner.ask('query ($id: ID!) { task(id: $id) { conversation { id } } }', { id: taskId }),
      'task.conversation.id',
    )
  const change = (document: string, input: object) =>
    owner.ask(
      `mutation ($input: ${document[0]?.toUpperCase()}${document.slice(1)}Input!) { ${document}(input: $input) { __typename } }`,
      { input },
    )

  /** A chat of Ada, then a thread of Bob, then a chat of Bob. */
  async function three(): Promise<{ chat: string; thread: string; other: string; threadTask: string }> {
    const chat = await makeChat(owner, ada, 'Fix the 100% login_bug')
    clock.pass(1)
    const threadTask = await enqueue(owner, bob, 'BAT-1')
    clock.pass(1)
    const other = await makeChat(owner, bob, 'Plan the release')
    clock.pass(1)
    return { chat, thread: await threadOf(threadTask), other, threadTask }
  }

  it('chats and issue threads are in one list, by last activity or by creation', async () => {
    const { chat, thread, other, threadTask } = await three()
    expect(await ids()).toEqual([other, thread, chat])
    const task = await say(owner, chat)
    expect(await ids()).toEqual([chat, other, thread])
    expect(await ids({}, 'NEWEST')).toEqual([other, thread, chat])
    expect(at(await list(), 'nodes')).toMatchObject([
      { title: 'Fix the 100% login_bug', newestTask: { id: task }, lastActivityAt: clock.now().toISOString() },
      { title: 'Plan the release', newestTask: null },
      { title: 'BAT-1', newestTask: { id: threadTask } },
    ])
  })

  it('conversations are filtered by kind, by agent, and by their agent’s current runtime', async () => {
    const { chat, thread, other } = await three()
    expect(await ids({ kind: 'CHAT' })).toEqual([other, chat])
    expect(await ids({ kind: 'ISSUE' })).toEqual([thread])
    expect(await ids({ agentId: bob })).toEqual([other, thread])
    expect(await ids({ agentId: bob }, 'NEWEST')).toEqual([other, thread])
    expect(await ids({ runtimeId: laptop })).toEqual([chat])
    await change('updateAgent', { agentId: bob, runtimeId: laptop })
    expect(await ids({ runtimeId: laptop })).toEqual([other, thread, chat])
    expect(await ids({ runtimeId: build })).toEqual([])
    expect(await ids({ runtimeId: laptop, agentId: bob, kind: 'ISSUE' }, 'NEWEST')).toEqual([thread])
  })

  it('conversations are filtered by the status of the newest task', async () => {
    const { chat, thread, other } = await three()
    expect(await ids({ newestTaskStatus: ['QUEUED'] })).toEqual([thread])
    await say(owner, chat)
    await claim(owner, laptop)
    expect(await ids({ newestTaskStatus: ['QUEUED', 'CLAIMED', 'RUNNING'] })).toEqual([chat, thread])
    expect(await ids({ newestTaskStatus: ['CLAIMED'] })).toEqual([chat])
    expect(await ids({ newestTaskStatus: ['CLAIMED'] }, 'NEWEST')).toEqual([chat])
    await later(() => runNext(owner, build, 's1'))
    expect(await ids({ newestTaskStatus: ['COMPLETED'] })).toEqual([thread])
    expect(await ids({ newestTaskStatus: ['CLAIMED', 'COMPLETED'] })).toEqual([thread, chat])
    await say(owner, other)
    const held = await claim(owner, build)
    await change('failTask', { ...held, failureReason: 'agent_error', error: 'x' })
    expect(await ids({ newestTaskStatus: ['FAILED'] })).toEqual([other])
    await change('cancelTask', { taskId: await later(say(owner, other)) })
    expect(await ids({ newestTaskStatus: ['FAILED'] })).toEqual([])
    expect(await ids({ newestTaskStatus: ['CANCELLED'] })).toEqual([other])
    expect(await ids({ newestTaskStatus: [] })).toEqual([])
  })

  it('conversations are filtered by the decision of the newest claim that was started or released', async () => {
    const { chat, thread } = await three()
    await say(owner, chat)
    await runNext(owner, laptop, 's1')
    const held = await claim(owner, build)
    await change('startTask', held)
    expect(await ids({ lastReason: ['NO_PRIOR_SESSION'] })).toEqual([chat, thread])
    await later(say(owner, chat))
    await runNext(owner, laptop, 's1')
    expect(await ids({ lastOutcome: 'RESUME' })).toEqual([chat])
    expect(await ids({ lastReason: ['SAME_RUNTIME', 'NO_PRIOR_SESSION'] })).toEqual([chat, thread])
    expect(await ids({ lastOutcome: 'FRESH', lastReason: ['SAME_RUNTIME', 'NO_PRIOR_SESSION'] })).toEqual([thread])
    expect(await ids({ lastOutcome: 'FRESH' }, 'NEWEST')).toEqual([thread])
    await change('updateAgent', { agentId: ada, runtimeId: build })
    await later(say(owner, chat))
    const moved = await claim(owner, build)
    await change('releaseTask', moved)
    expect(await ids({ lastReason: ['RUNTIME_MISMATCH'] })).toEqual([chat])
  })

  it('archived conversations are listed only on request', async () => {
    const { chat, thread, other } = await three()
    await change('updateChatSession', { chatSessionId: other, archived: true })
    expect(await ids()).toEqual([thread, chat])
    expect(at(await list(), 'totalCount')).toBe(2)
    expect(await ids({ archived: true })).toEqual([other])
    expect(await ids({ archived: null })).toEqual([other, thread, chat])
    expect(await ids({ archived: null, newestTaskStatus: ['QUEUED'] })).toEqual([thread])
  })

  it('conversations are filtered by a literal text in the title, in any case', async () => {
    const { chat, thread, other } = await three()
    expect(await ids({ search: 'FIX THE' })).toEqual([chat])
    expect(await ids({ search: '0% l' })).toEqual([chat])
    expect(await ids({ search: 'login_b' })).toEqual([chat])
    expect(await ids({ search: 'login-b' })).toEqual([])
    expect(await ids({ search: '%' })).toEqual([chat])
    expect(await ids({ search: 'bat-' })).toEqual([thread])
    expect(await ids({ search: '' })).toEqual([other, thread, chat])
    await change('updateChatSession', { chatSessionId: other, title: 'Nothing' })
    expect(await ids({ search: 'release' })).toEqual([])
    await change('enqueueTask', { agentId: bob, issueKey: 'BAT-1', prompt: 'x', title: 'Make it quick' })
    expect(await ids({ search: 'quick' })).toEqual([thread])
  })

  it('an erased conversation is not found by its words, and its title is not shown', async () => {
    const { chat, thread } = await three()
    await change('enqueueTask', { agentId: bob, issueKey: 'BAT-1', prompt: 'x', title: 'A secret' })
    await runNext(owner, build, 's1')
    await runNext(owner, build, 's1')
    for (const conversationId of [chat, thread]) await change('eraseConversationContent', { conversationId })
    expect(await ids({ search: 'secret' })).toEqual([])
    expect(await ids({ search: 'login' })).toEqual([])
    expect(await ids({ search: 'BAT-1' })).toEqual([thread])
    expect(at(await list(), 'nodes')).toMatchObject([{ title: 'BAT-1' }, { title: 'Plan the release' }, { title: '' }])
  })

  describe('pages', () => {
    it.each(['ACTIVITY', 'NEWEST'])('in the order of %s, forward and backward, leave nothing out', async (orderBy) => {
      const made: string[] = []
      for (let n = 0; n < 7; n++) {
        made.unshift(n % 2 === 0 ? await makeChat(owner, ada) : await threadOf(await enqueue(owner, bob, `BAT-${n}`)))
        // Two of each time: the id decides.
        if (n % 2 === 1) clock.pass(1)
      }
      const all = await ids({}, orderBy)
      expect(all.toSorted()).toEqual(made.toSorted())
      const filters = [{}, { newestTaskStatus: ['QUEUED', 'RUNNING'] }, { agentId: bob, kind: 'ISSUE' }]
      for (const filter of filters) {
        const whole = await ids(filter, orderBy)
        const forth: unknown[] = []
        for (let after: unknown = null, more = true; more;) {
          const page = await list({ filter, orderBy, first: 2, after })
          forth.push(...(at(page, 'nodes') as { id: string }[]).map(({ id }) => id))
          more = at(page, 'pageInfo.hasNextPage') === true
          after = at(page, 'pageInfo.endCursor')
        }
        expect(forth).toEqual(whole)
        const back: unknown[] = []
        for (let before: unknown = null, more = true; more;) {
          const page = await list({ filter, orderBy, last: 2, before })
          back.unshift(...(at(page, 'nodes') as { id: string }[]).map(({ id }) => id))
          more = at(page, 'pageInfo.hasPreviousPage') === true
          before = at(page, 'pageInfo.startCursor')
        }
        expect(back).toEqual(whole)
      }
    })

    it('refuse a foreign cursor', async () => {
      const after = Buffer.from('2026-01-05 task_1').toString('base64url')
      expect(await owner.refusal(LIST, { after })).toMatchObject({ code: 'BAD_USER_INPUT' })
    })
  })

  it('a claim does not write to the listing', async () => {
    await enqueue(owner, ada, 'BAT-1')
    const rows = () =>
      database.sql.rows(
        statement('test_rows', `SELECT xmin::text, l.* FROM conversation_listing l WHERE "agentId" = $1`),
        [ada],
      )
    const before = await rows()
    expect(before).toHaveLength(1)
    await claim(owner, laptop)
    expect(await rows()).toEqual(before)
  })

  it('the list shows nothing of another workspace', async () => {
    const { chat } = await three()
    const stranger = (await Api.open(database, clock)).as('ROOT')
    const filters = [{}, { agentId: ada }, { runtimeId: laptop }, { newestTaskStatus: ['QUEUED'] }]
    for (const filter of filters) {
      expect(at(await stranger.ask(LIST, { filter }), 'conversations')).toMatchObject({ nodes: [], totalCount: 0 })
    }
    expect(chat).toBeTruthy()
  })
})
