import { expect, it } from 'vitest'
import type { Database } from '../../src/database/sql.js'
import { statement } from '../../src/database/sql.js'
import { Pace } from '../../src/graphql/pace.js'
import { FairLine } from '../../src/use-cases/services/fair-line.js'
import { Turns } from '../../src/use-cases/services/turns.js'
import { countingDatabase } from '../support/counting-database.js'
import { Api, at, servicesOver } from '../support/graphql.js'
import { claim, makeAgent, makeChat, makeRuntime, say } from '../support/graphql-world.js'
import { damagedOnPurpose } from '../support/proven-at-close.js'
import { describePostgres, forEachDatabase } from '../support/test-database.js'

/** Copies of the newest event, behind it in the log, as a history of nobody's. Only reading is asked of them. */
const COPY_EVENTS = statement(
  'test_copy_events',
  `WITH last AS (SELECT * FROM session_event WHERE "workspaceId" = $1 ORDER BY position DESC LIMIT 1),
     head AS (UPDATE log_head SET position = position + $2::int WHERE "workspaceId" = $1)
   INSERT INTO session_event ("workspaceId", position, id, "conversationId", version, type, "schemaVersion", "taskId",
     "runtimeId", actor, "occurredAt", data, digest)
   SELECT "workspaceId", position + n, id || n, $3, n + 1, type, "schemaVersion", "taskId",
     "runtimeId", actor, "occurredAt", data, digest FROM last CROSS JOIN generate_series(1, $2::int) n`,
)

/** Tells when a piece of work takes its turn. */
class WatchedTurns extends Turns {
  taken = 0
  onFirst: () => void = () => undefined

  override next(whose: string): Promise<void> {
    this.taken += 1
    if (this.taken === 1) this.onFirst()
    return super.next(whose)
  }
}

/** Copies of events, in the conversation of this name. */
async function fill(database: Database, workspaceId: string, count: number, conversationId: string): Promise<void> {
  await database.sql.rows(COPY_EVENTS, [workspaceId, count, conversationId])
}

async function lived(database: Database) {
  const turns = new WatchedTurns(() => false)
  const services = { ...servicesOver(database), turns }
  const api = (await Api.open(database)).through(services)
  const owner = api.as('ROOT')
  const runtime = await makeRuntime(owner)
  const agent = await makeAgent(owner, runtime)
  const chat = await makeChat(owner, agent)
  await say(owner, chat)
  return { turns, services, api, owner, runtime, agent, chat }
}

describePostgres('a long answer', (open) => {
  it('does not delay a claim: a page of 10,000 events', async () => {
    const database = await open()
    damagedOnPurpose(database)
    const { turns, api, owner, runtime } = await lived(database)
    await fill(database, api.workspaceId, 1_000, 'nobody')
    const pages = Array.from({ length: 10 }, (_, n) => `p${n}: sessionEvents(first: 1000) { position type data actor }`)
    let built = false
    let claimedBefore = Promise.resolve(false)
    turns.onFirst = () => {
      claimedBefore = claim(owner, runtime).then(() => !built)
    }
    const answer = await api.as('VIEWER').ask(`{ ${pages.join(' ')} }`)
    built = true
    expect(await claimedBefore).toBe(true)
    expect(at(answer, 'p9.999')).toMatchObject({ position: '1000', actor: expect.stringMatching(/^tok_/) as string })
    // 50,000 fields, 300 in a turn.
    expect(turns.taken).toBeGreaterThan(150)
  }, 120_000)
})

forEachDatabase((open) => {
  it('a short answer does not wait for a turn', async () => {
    const { turns, api, chat } = await lived(await open())
    const query = 'query ($id: ID!) { chatSession(id: $id) { events(first: 50) { nodes { position type data } } } }'
    await api.as('VIEWER').ask(query, { id: chat })
    expect(turns.taken).toBe(0)
  })

  it('a long page is read in parts, and lists within a list are read a few at a time', async () => {
    const database = await open()
    damagedOnPurpose(database)
    const counted = countingDatabase(database)
    const { api, owner, agent } = await lived(counted.database)
    for (let n = 0; n < 9; n++) await makeChat(owner, agent, `Chat ${n}`)
    await fill(database, api.workspaceId, 500, await makeChat(owner, agent))
    counted.asked()
    const page = await api.as('VIEWER').ask('{ sessionEvents(first: 450) { position } }')
    expect(counted.asked()).toEqual(Array.from({ length: 3 }, () => 'SessionEvent findMany'))
    expect((at(page, 'sessionEvents') as unknown[]).length).toBe(450)
    const lists = '{ chatSessions(first: 10) { nodes { events(first: 100) { nodes { version } } } } }'
    const chats = (await api.as('VIEWER').ask(lists))['chatSessions'] as { nodes: { events: { nodes: object[] } }[] }
    expect(chats.nodes.map(({ events }) => events.nodes.length).toSorted((a, b) => a - b)).toEqual([
      ...Array.from({ length: 9 }, () => 1),
      100,
    ])
    expect(counted.asked().filter((name) => name.startsWith('raw'))).toHaveLength(3)
  })

  it('a claim is answered while searches wait in line', async () => {
    const database = await open()
    const { services, api, owner, runtime } = await lived(database)
    const leave = await services.searches.enter('somebody')
    let found = false
    const searching = api
      .as('VIEWER')
      .ask('{ chatSessions(filter: { search: "chat" }) { nodes { title } } }')
      .then((answer) => ((found = true), answer))
    await claim(owner, runtime)
    // What is not looked through is answered, time and again.
    for (let n = 0; n < 5; n++) await api.as('VIEWER').ask('{ chatSessions { nodes { title } } }')
    expect(found).toBe(false)
    leave()
    expect(at(await searching, 'chatSessions.nodes.0')).toEqual({ title: 'A chat' })
  })
})

const all = <T>(entries: readonly (T | Promise<T>)[]) => Promise.all(entries.map(async (entry) => entry))

it('lists within lists are paced together, by the fields of their entries', async () => {
  let turns = 0
  const pace = new Pace(async () => void (turns += 1))
  const short = Array.from({ length: 9 }, (_, n) => n)
  for (let n = 0; n < 30; n++) expect(pace.list(short, { fields: 10, looksUp: false })).toBe(short)
  expect(pace.isLong).toBe(false)
  expect(await all(pace.list(short, { fields: 150, looksUp: false }))).toEqual(short)
  expect(pace.isLong).toBe(true)
  // Two of 150 fields each are what a turn is given.
  expect(turns).toBe(5)
  // What is looked up for entries is looked up for many of them together.
  await all(pace.list(short, { fields: 150, looksUp: true }))
  expect(turns).toBe(6)
})

it('waiting answers are served by token, one of each in turn', () => {
  const line = new FairLine<string>()
  for (const thing of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) line.add(thing.slice(0, 1), thing)
  expect(line.lengthOf('a')).toBe(3)
  const served = Array.from({ length: 7 }, () => line.take())
  expect(served).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', null])
  expect([line.isEmpty, line.lengthOf('a')]).toEqual([true, 0])
})
