import { beforeAll, describe, expect, it } from 'vitest'
import { forEachDatabase } from '../support/test-database.js'
import { Api, at, textAt } from '../support/graphql.js'
import type { Client, Variables } from '../support/graphql.js'
import { enqueue, makeAgent, makeChat, makeRuntime, say } from '../support/graphql-world.js'

const PAGE = `
  query ($first: Int, $last: Int, $after: String, $before: String, $orderBy: TaskOrder) {
    tasks(first: $first, last: $last, after: $after, before: $before, orderBy: $orderBy) {
      edges { cursor node { id } } nodes { id }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }`

interface Page {
  ids: string[]
  cursors: string[]
  hasNextPage: boolean
  hasPreviousPage: boolean
  startCursor: string | null
  endCursor: string | null
}

async function page(client: Client, variables: Variables): Promise<Page> {
  const { tasks } = (await client.ask(PAGE, variables)) as {
    tasks: {
      edges: { cursor: string; node: { id: string } }[]
      nodes: { id: string }[]
      pageInfo: Omit<Page, 'ids' | 'cursors'>
    }
  }
  const ids = tasks.nodes.map(({ id }) => id)
  expect(tasks.edges.map(({ node }) => node.id)).toEqual(ids)
  return { ids, cursors: tasks.edges.map(({ cursor }) => cursor), ...tasks.pageInfo }
}

forEachDatabase((open) => {
  let api: Api
  let owner: Client
  let agent: string
  /** Newest first. */
  let tasks: string[]

  beforeAll(async () => {
    api = await Api.open(await open())
    owner = api.as('ROOT')
    agent = await makeAgent(owner, await makeRuntime(owner))
    tasks = []
    for (let n = 1; n <= 7; n++) tasks.unshift(await enqueue(owner, agent, `BAT-${n}`))
  })

  describe('a list', () => {
    it('can be read forward page by page, and marks its last page', async () => {
      const one = await page(owner, { first: 3 })
      expect(one).toMatchObject({ ids: tasks.slice(0, 3), hasNextPage: true, hasPreviousPage: false })
      const two = await page(owner, { first: 3, after: one.endCursor })
      expect(two).toMatchObject({ ids: tasks.slice(3, 6), hasNextPage: true, hasPreviousPage: true })
      const three = await page(owner, { first: 3, after: two.endCursor })
      expect(three).toMatchObject({ ids: tasks.slice(6), hasNextPage: false, hasPreviousPage: true })
    })

    it('can be read backward, and marks its first page', async () => {
      const one = await page(owner, { last: 3 })
      expect(one).toMatchObject({ ids: tasks.slice(4), hasNextPage: false, hasPreviousPage: true })
      const two = await page(owner, { last: 3, before: one.startCursor })
      expect(two).toMatchObject({ ids: tasks.slice(1, 4), hasNextPage: true, hasPreviousPage: true })
      const three = await page(owner, { last: 3, before: two.startCursor })
      expect(three).toMatchObject({ ids: tasks.slice(0, 1), hasNextPage: true, hasPreviousPage: false })
    })

    it('can be limited at both ends', async () => {
      const { cursors } = await page(owner, {})
      const between = { after: cursors[1], before: cursors[5] }
      const whole = await page(owner, between)
      expect(whole).toMatchObject({ ids: tasks.slice(2, 5), hasNextPage: true, hasPreviousPage: true })
      expect((await page(owner, { ...between, first: 2 })).ids).toEqual(tasks.slice(2, 4))
      expect((await page(owner, { ...between, last: 2 })).ids).toEqual(tasks.slice(3, 5))
    })

    it('can be reversed', async () => {
      const oldest = tasks.toReversed()
      const one = await page(owner, { first: 4, orderBy: 'OLDEST_FIRST' })
      expect(one).toMatchObject({ ids: oldest.slice(0, 4), hasNextPage: true, hasPreviousPage: false })
      const two = await page(owner, { first: 4, orderBy: 'OLDEST_FIRST', after: one.endCursor })
      expect(two).toMatchObject({ ids: oldest.slice(4), hasNextPage: false, hasPreviousPage: true })
    })

    it('has an empty page for first: 0, which still says whether there are entries', async () => {
      const none = { ids: [], hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null }
      expect(await page(owner, { first: 0 })).toMatchObject(none)
    })

    it('has no entry after its last or before its first', async () => {
      const { startCursor, endCursor } = await page(owner, {})
      const end = { ids: [], hasNextPage: false, hasPreviousPage: true }
      expect(await page(owner, { first: 3, after: endCursor })).toMatchObject(end)
      const start = { ids: [], hasNextPage: true, hasPreviousPage: false }
      expect(await page(owner, { last: 3, before: startCursor })).toMatchObject(start)
    })

    it('keeps its cursors valid while others write', async () => {
      const neighbour = await Api.open(api.services.database)
      const writer = neighbour.as('ROOT')
      const theirs = await makeAgent(writer, await makeRuntime(writer))
      for (let n = 1; n <= 4; n++) await enqueue(writer, theirs, `OLD-${n}`)
      const one = await page(writer, { first: 2 })
      for (let n = 1; n <= 3; n++) await enqueue(writer, theirs, `NEW-${n}`)
      const two = await page(writer, { first: 2, after: one.endCursor })
      const all = await page(writer, {})
      expect([...one.ids, ...two.ids]).toEqual(all.ids.slice(3))
      expect((await page(writer, { last: 10, before: one.startCursor })).ids).toEqual(all.ids.slice(0, 3))
    })
  })

  it('a filtered list says that entries before a cursor may be gone', async () => {
    const theirs = (await Api.open(api.services.database)).as('ROOT')
    const worker = await makeAgent(theirs, await makeRuntime(theirs))
    const old = await enqueue(theirs, worker, 'A-1')
    await enqueue(theirs, worker, 'A-2')
    const document = `query ($after: String) {
      tasks(filter: { status: [QUEUED] }, first: 1, after: $after) {
        nodes { id } pageInfo { hasPreviousPage hasNextPage endCursor }
      }
    }`
    const one = await theirs.ask(document)
    const newest = textAt(one, 'tasks.nodes.0.id')
    const cancel = `mutation ($id: ID!) { cancelTask(input: { taskId: $id }) { task { status } } }`
    await theirs.ask(cancel, { id: newest })
    const two = await theirs.ask(document, { after: textAt(one, 'tasks.pageInfo.endCursor') })
    expect(at(two, 'tasks.nodes')).toEqual([{ id: old }])
    expect(at(two, 'tasks.pageInfo')).toMatchObject({ hasPreviousPage: false, hasNextPage: false })
  })

  describe('lists inside a list', () => {
    it('are the same as each list alone, with any arguments', async () => {
      const theirs = (await Api.open(api.services.database)).as('ROOT')
      const runtime = await makeRuntime(theirs)
      for (const name of ['one', 'two', 'three']) {
        const worker = await makeAgent(theirs, runtime, name)
        const chat = await makeChat(theirs, worker)
        for (let n = 0; n < name.length; n++) {
          await enqueue(theirs, worker, `${name}-${n}`)
          await say(theirs, chat, `${name} ${n}`)
        }
      }
      const lists = `
        id
        first: tasks(first: 2) { nodes { id } pageInfo { hasNextPage hasPreviousPage } }
        last: tasks(last: 2, status: [QUEUED]) { nodes { id } pageInfo { hasNextPage hasPreviousPage } }
        none: tasks(status: [FAILED, RUNNING]) { nodes { id } }
        chatSessions(first: 1) { nodes {
          messages(last: 1) { nodes { content } pageInfo { hasPreviousPage } }
          events(types: [TASK_ENQUEUED, UNKNOWN], first: 2) { nodes { version type } pageInfo { hasNextPage } }
        } }`
      const together = await theirs.ask(`query { agents { nodes { ${lists} } } }`)
      const agents = at(together, 'agents.nodes') as { id: string }[]
      expect(agents).toHaveLength(3)
      for (const together of agents) {
        const alone = await theirs.ask(`query ($id: ID!) { node(id: $id) { ... on Agent { ${lists} } } }`, together)
        expect(together).toEqual(alone['node'])
        expect(at(together, 'first.nodes')).toHaveLength(2)
        expect(at(together, 'chatSessions.nodes.0.events.nodes')).toHaveLength(2)
      }
    })
  })

  describe('a wrong argument', () => {
    it.each([
      [{ first: 101 }, 'first'],
      [{ last: 101 }, 'last'],
      [{ first: -1 }, 'first'],
      [{ last: -1 }, 'last'],
      [{ first: 1, last: 1 }, 'last'],
      [{ after: 'nonsense' }, 'after'],
      [{ before: '' }, 'before'],
      [{ after: Buffer.from('chat_01h2xcejqtf2nbrexx3vqjhp41').toString('base64url') }, 'after'],
    ])('%j names %s', async (variables, path) => {
      expect(await owner.refusal(PAGE, variables)).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path }] })
    })
  })

  it('events, messages and progress are listed oldest first', async () => {
    const chat = await makeChat(owner, agent)
    for (const content of ['one', 'two', 'three']) await say(owner, chat, content)
    const document = `query ($id: ID!, $after: String) {
      chatSession(id: $id) {
        messages(first: 2, after: $after) { nodes { content } pageInfo { endCursor hasNextPage } }
        events(last: 2) { nodes { version } pageInfo { hasPreviousPage startCursor } }
      }
    }`
    const one = await owner.ask(document, { id: chat })
    expect(at(one, 'chatSession.messages.nodes')).toEqual([{ content: 'one' }, { content: 'two' }])
    expect(at(one, 'chatSession.events.nodes')).toEqual([{ version: 6 }, { version: 7 }])
    const two = await owner.ask(document, { id: chat, after: textAt(one, 'chatSession.messages.pageInfo.endCursor') })
    expect(at(two, 'chatSession.messages.nodes')).toEqual([{ content: 'three' }])
  })
})
