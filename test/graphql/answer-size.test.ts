import { beforeAll, describe, expect, it } from 'vitest'
import type { PrismaClient } from '../../src/generated/prisma/client.js'
import type { Database } from '../../src/database/sql.js'
import { MOST_TEXT, sizeOf } from '../../src/graphql/answer-size.js'
import { Api, at, servicesOver, textAt } from '../support/graphql.js'
import type { Client, Variables } from '../support/graphql.js'
import { claim, enqueue, makeAgent, makeChat, makeRuntime, say } from '../support/graphql-world.js'
import { forEachDatabase } from '../support/test-database.js'

const MB = 1024 * 1024
/** More of them than an answer may hold. */
const MESSAGES = 40
const LARGE = 'x'.repeat(MB - 8)
/** A row too many, and what comes with the texts. */
const MOST_READ = MOST_TEXT + 2 * MB

/** The same database, and how much text Prisma has read from it since the last time. */
function weighing(database: Database): { database: Database; read: () => number } {
  let bytes = 0
  const prisma = database.prisma.$extends({
    query: {
      async $allOperations({ args, query }) {
        const result: unknown = await query(args)
        bytes += sizeOf(result)
        return result
      },
    },
  })
  const read = (): number => {
    const before = bytes
    bytes = 0
    return before
  }
  return { database: { ...database, prisma: prisma as unknown as PrismaClient }, read }
}

forEachDatabase((open) => {
  let api: Api
  let viewer: Client
  let read: () => number
  let agent: string
  let chat: string
  let task: string

  beforeAll(async () => {
    const database = await open()
    const weighed = weighing(database)
    read = weighed.read
    api = await Api.open(database)
    const owner = api.as('ROOT')
    viewer = api.through(servicesOver(weighed.database)).as('VIEWER')
    const runtime = await makeRuntime(owner)
    agent = await makeAgent(owner, runtime)
    chat = await makeChat(owner, agent)
    for (let n = 0; n < MESSAGES; n++) await say(owner, chat, `${n}: ${LARGE}`)
    task = await enqueue(owner, agent, 'BAT-1')
  }, 120_000)

  const refused = async (document: string, variables: Variables = {}): Promise<void> => {
    read()
    const { data, errors = [] } = await viewer.send(document, variables)
    const codes = new Set(errors.map(({ extensions }) => extensions['code']))
    expect([...codes]).toEqual(['QUERY_TOO_COMPLEX'])
    expect(errors[0]?.message).toBe(
      'The texts of this answer are larger than 32 MB. Request less: smaller pages, fewer nested lists, or several requests.',
    )
    expect(sizeOf(data)).toBeLessThan(MOST_READ)
    expect(read()).toBeLessThan(MOST_READ)
  }

  describe('texts beyond the size of an answer are neither sent nor read', () => {
    it('in one page', () =>
      refused(`query ($id: ID!) { chatSession(id: $id) { messages(first: 40) { nodes { content } } } }`, { id: chat }))

    it('in many pages', async () => {
      const pages = Array.from({ length: 20 }, (_, n) => `p${n}: messages(first: ${n + 5}) { nodes { content } }`)
      await refused(`query ($id: ID!) { chatSession(id: $id) { ${pages.join(' ')} } }`, { id: chat })
    })

    it('in pages of several lists at once', () =>
      refused('{ chatSessions { nodes { messages { nodes { content } } } } tasks { nodes { prompt } } }'))

    it('in one text that is selected many times', async () => {
      const again = Array.from({ length: 40 }, (_, n) => `c${n}: content`)
      await refused(
        `query ($id: ID!) { chatSession(id: $id) { messages(first: 1) { nodes { ${again.join(' ')} } } } }`,
        {
          id: chat,
        },
      )
    })

    it('in prompts', () => refused('{ tasks { nodes { prompt } } }'))

    it('in look-ups by id', async () => {
      const ids = `query ($id: ID!) { chatSession(id: $id) { messages(first: 20) { nodes { id } } } }`
      const some = at(await viewer.ask(ids, { id: chat }), 'chatSession.messages.nodes') as { id: string }[]
      const rest = `query ($id: ID!) { chatSession(id: $id) { messages(last: 20) { nodes { id } } } }`
      const others = at(await viewer.ask(rest, { id: chat }), 'chatSession.messages.nodes') as { id: string }[]
      const nodes = [...some, ...others].map(({ id }) => id)
      await refused('query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ChatMessage { content } } }', { ids: nodes })
    })
  })

  it('smaller texts are sent in full, whatever else exists', async () => {
    const page = `query ($id: ID!) { chatSession(id: $id) { messages(first: 25) { nodes { content } } } }`
    const nodes = at(await viewer.ask(page, { id: chat }), 'chatSession.messages.nodes') as { content: string }[]
    expect(nodes.map(({ content }) => content.length)).toEqual(
      Array.from({ length: 25 }, (_, n) => `${n}: `.length + LARGE.length),
    )
    expect(textAt(await viewer.ask('query ($id: ID!) { task(id: $id) { prompt } }', { id: task }), 'task.prompt')).toBe(
      'Do it',
    )
  })

  it('results, metadata, progress and configs of agents count as well', async () => {
    const owner = api.as('ROOT')
    const runtime = await makeRuntime(owner, 'daemon-results')
    const worker = await makeAgent(owner, runtime)
    await enqueue(owner, worker, 'RESULT-1')
    const held = await claim(owner, runtime)
    const send = (field: string, input: object) =>
      owner.ask(
        `mutation ($input: ${field[0]?.toUpperCase()}${field.slice(1)}Input!) { ${field}(input: $input) { __typename } }`,
        {
          input,
        },
      )
    await send('startTask', held)
    const entries = Array.from({ length: 15 }, (_, seq) => ({ seq, kind: 'text', text: 'p'.repeat(60_000) }))
    await send('reportTaskProgress', { ...held, entries })
    await send('completeTask', { ...held, result: { text: 'r'.repeat(MB - 100) } })
    await send('updateAgent', { agentId: worker, config: { text: 'c'.repeat(250_000) } })
    const fields = {
      result: Array.from({ length: 40 }, (_, n) => `r${n}: result`),
      progress: Array.from({ length: 40 }, (_, n) => `p${n}: progress(first: ${n + 10}) { nodes { text } }`),
    }
    for (const selection of Object.values(fields)) {
      await refused(`query ($id: ID!) { task(id: $id) { ${selection.join(' ')} } }`, { id: held.taskId })
    }
    const times = Array.from({ length: 150 }, (_, n) => n)
    await refused(`{ ${times.map((n) => `a${n}: agents(first: ${1 + (n % 100)}) { nodes { id } }`).join(' ')} }`)
    await refused(`{ agents(first: 1) { nodes { ${times.map((n) => `c${n}: config`).join(' ')} } } }`)
  })

  it('a claim’s answer is complete, whatever its size', async () => {
    const owner = api.as('ROOT')
    const runtime = await makeRuntime(owner, 'daemon-claims')
    const worker = await makeAgent(owner, runtime)
    await owner.ask(`mutation ($input: UpdateAgentInput!) { updateAgent(input: $input) { agent { id } } }`, {
      input: { agentId: worker, maxConcurrentTasks: 100 },
    })
    for (let n = 0; n < MESSAGES; n++) await say(owner, await makeChat(owner, worker), LARGE)
    const claimed = await owner.ask(
      `mutation ($id: ID!) { claimTasks(input: { runtimeIds: [$id], max: 100 }) {
        claims { claimToken input { content } task { prompt } } } }`,
      { id: runtime },
    )
    const claims = at(claimed, 'claimTasks.claims') as { input: { content: string }[]; task: { prompt: string } }[]
    expect(claims.map(({ input, task: { prompt } }) => [input[0]?.content.length, prompt.length])).toEqual(
      Array.from({ length: MESSAGES }, () => [LARGE.length, LARGE.length]),
    )
  })
})
