import { beforeAll, describe, expect, it } from 'vitest'
import { countingDatabase } from '../support/counting-database.js'
import type { CountingDatabase } from '../support/counting-database.js'
import { openEmbeddedDatabase } from '../support/embedded-database.js'
import { Api, at } from '../support/graphql.js'
import { enqueue, makeAgent, makeChat, makeRuntime, runNext, say } from '../support/graphql-world.js'

const TASK = `
  id status prompt output result metadata issueKey leaseExpiresAt failure { reason }
  agent { name runtime { name queueDepth } }
  runtime { name }
  conversation { id agent { id } }
  chatSession { title }
  retryOf { id } rerunOf { id } waiting { reasons ahead blockedBy { id } }
  resume { outcome basis runtime { id } candidates { binding { sessionId runtime { id } lastTask { id } } evidence { position } } }
  progress(first: 3) { nodes { text } pageInfo { hasNextPage } }
  events(first: 3) { nodes { type runtime { id } } pageInfo { hasNextPage hasPreviousPage } }`

/** A list for each root list, with everything that hangs on its entries. */
const LISTS: Record<string, string> = {
  runtimes: `query { runtimes { nodes { status queueDepth tasks(first: 2, status: [QUEUED]) { nodes { id } } } } }`,
  agents: `query { agents { nodes {
    runtime { name queueDepth } tasks(last: 2) { nodes { id } pageInfo { hasPreviousPage } }
    chatSessions(first: 2) { nodes { title } }
  } } }`,
  tasks: `query { tasks { nodes { ${TASK} } } }`,
  chatSessions: `query { chatSessions { nodes {
    agent { name }
    messages(first: 2) { nodes { content task { status } } }
    pointer { sessionId position runtime { name } binding { state evidence { type } } }
    bindings { sessionId state runtime { name } firstTask { id } lastTask { id } evidence { position } }
    events(last: 2, types: [TASK_COMPLETED, TASK_ENQUEUED]) { nodes { type task { id } runtime { id } conversation { id } } }
    tasks(first: 1) { nodes { id status } }
  } } }`,
  sessionEvents: `query { sessionEvents { position type conversation { id agent { name } } task { ${TASK} } runtime { name } } }`,
}

let counting: CountingDatabase

async function worldOf(size: number): Promise<Api> {
  const api = await Api.open(counting.database)
  const owner = api.as('ROOT')
  for (let n = 0; n < size; n++) {
    const runtime = await makeRuntime(owner, `daemon-${n}`)
    const agent = await makeAgent(owner, runtime)
    const chat = await makeChat(owner, agent)
    await say(owner, chat)
    await runNext(owner, runtime, `session-${n}`)
    await say(owner, chat)
    await enqueue(owner, agent, `BAT-${n}`)
  }
  return api
}

let small: Api
let large: Api

beforeAll(async () => {
  counting = countingDatabase(await openEmbeddedDatabase())
  small = await worldOf(2)
  large = await worldOf(5)
  return () => counting.database.close()
})

async function statementsFor(api: Api, document: string): Promise<string[]> {
  counting.asked()
  await api.as('VIEWER').ask(document)
  return counting.asked()
}

describe('the number of queries of a list depends on its fields, not on its length', () => {
  it.each(Object.keys(LISTS))('%s', async (name) => {
    const document = LISTS[name] ?? ''
    const few = await statementsFor(small, document)
    const many = await statementsFor(large, document)
    expect(few.length).toBeGreaterThan(0)
    expect(many.toSorted()).toEqual(few.toSorted())
  })
})

describe('the answer to a daemon', () => {
  it('to a claim is read from memory, except progress and events of the task', async () => {
    const owner = large.as('ROOT')
    const runtime = await makeRuntime(owner, 'daemon-claims')
    const agent = await makeAgent(owner, runtime)
    const chat = await makeChat(owner, agent)
    await say(owner, chat)
    await runNext(owner, runtime, 'session-claims')
    const turn = await say(owner, chat, 'What else?')
    const claimOf = (selection: string) => `mutation ($id: ID!) {
      claimTask(input: { runtimeId: $id, requestId: "same" }) { ... on TaskClaim { ${selection} } }
    }`
    counting.asked()
    const answer = await owner.ask(
      claimOf(`
        claimToken leaseExpiresAt replayed priorSessionId priorWorkDir input { role content }
        resume { outcome reason message sessionId workDir runtime { name } policy { scope } }
        task { id status prompt output metadata leaseExpiresAt
          agent { name config runtime { name } } runtime { name } conversation { id agent { id } } chatSession { title }
          resume { outcome reason } }`),
      { id: runtime },
    )
    expect(at(answer, 'claimTask.task')).toMatchObject({ id: turn, prompt: 'What else?' })
    expect(at(answer, 'claimTask.resume.outcome')).toBe('RESUME')
    expect(counting.asked().filter((note) => note.includes(' '))).toEqual([])
  })

  it('to start, pin and complete needs no query beyond the change itself', async () => {
    const owner = large.as('ROOT')
    const runtime = await makeRuntime(owner, 'daemon-lives')
    const agent = await makeAgent(owner, runtime)
    await enqueue(owner, agent, 'LIFE-1')
    counting.asked()
    await runNext(owner, runtime, 'session-life')
    expect(counting.asked().filter((note) => note.includes(' '))).toEqual([])
  })

  it('shows the state after each mutation of one document', async () => {
    const owner = large.as('ROOT')
    const agent = await makeAgent(owner, await makeRuntime(owner, 'daemon-twice'), 'Before')
    const chat = await makeChat(owner, agent)
    const answer = await owner.ask(
      `mutation ($agent: ID!, $chat: ID!) {
        one: updateChatSession(input: { chatSessionId: $chat, title: "1" }) { chatSession { title agent { name } } }
        two: updateAgent(input: { agentId: $agent, name: "After" }) { agent { name chatSessions { nodes { title } } } }
        three: updateChatSession(input: { chatSessionId: $chat, title: "3" }) { chatSession { title agent { name } } }
      }`,
      { agent, chat },
    )
    expect(answer).toEqual({
      one: { chatSession: { title: '1', agent: { name: 'Before' } } },
      two: { agent: { name: 'After', chatSessions: { nodes: [{ title: '1' }] } } },
      three: { chatSession: { title: '3', agent: { name: 'After' } } },
    })
  })
})

it('a query that selects no texts reads no texts', async () => {
  const asked = await statementsFor(small, `query { tasks { nodes { id status title } } }`)
  expect(asked).toEqual(['Task findMany'])
  expect(await statementsFor(small, `query { viewer { name kind } serverTimers { sweep } }`)).toEqual([])
})
