import { beforeAll, expect, it } from 'vitest'
import { Client, at } from '../support/graphql.js'
import { livedIn } from '../support/lived-in.js'
import { makeWorld } from '../support/services.js'
import { forEachDatabase } from '../support/test-database.js'

interface Told {
  version: number
  type: string
  data: { decision?: { reason: string } | null }
}

const PAGE = `query ($id: ID!, $from: Int, $first: Int, $last: Int, $before: String, $types: [SessionEventType!]) {
  node(id: $id) { ... on Conversation {
    events(first: $first, last: $last, before: $before, fromVersion: $from, types: $types) {
      nodes { version type data } pageInfo { startCursor endCursor hasPreviousPage hasNextPage } } } } }`
const COUNTS = `query ($id: ID!) { node(id: $id) { ... on Conversation {
  eventCounts { toVersion byType { type count } byReason { reason count } } } } }`

forEachDatabase((open) => {
  let owner: Client
  let id: string
  const page = async (given: object) => at(await owner.ask(PAGE, { id, ...given }), 'node.events')
  const versions = async (given: object): Promise<number[]> =>
    (at(await page(given), 'nodes') as Told[]).map(({ version }) => version)

  beforeAll(async () => {
    const world = await makeWorld(await open())
    const lived = await livedIn(world)
    owner = new Client(world.services, world.caller)
    id = lived.chat.id
  })

  it('long histories are read from any version on, page by page', async () => {
    const whole = await versions({ first: 100 })
    expect(whole.length).toBeGreaterThan(20)
    expect(await versions({ first: 3, from: 12 })).toEqual([12, 13, 14])
    expect(await versions({ first: 100, from: 12 })).toEqual(whole.slice(11))
    const third = at(await page({ first: 3 }), 'pageInfo.endCursor')
    expect(await versions({ last: 100, from: 2, before: third })).toEqual([2])
    expect(await versions({ first: 5, from: whole.length + 1 })).toEqual([])
    const claims = await page({ first: 1, from: 13, types: ['TASK_CLAIMED'] })
    expect(at(claims, 'nodes.0')).toMatchObject({ type: 'TASK_CLAIMED' })
    expect(at(claims, 'nodes.0.version')).toBeGreaterThan(12)
    const refused = await owner.refusal(PAGE, { id, from: -1 })
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT' })
  })

  it('the events of one conversation are counted completely, by type and by reason', async () => {
    const events = at(await page({ first: 100 }), 'nodes') as Told[]
    const counted = (names: (string | undefined)[]) => {
      const counts = new Map<string, number>()
      for (const name of names) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
      return counts
    }
    const told = at(await owner.ask(COUNTS, { id }), 'node.eventCounts') as {
      toVersion: number
      byType: { type: string; count: number }[]
      byReason: { reason: string; count: number }[]
    }
    expect(told.toVersion).toBe(events.length)
    expect(new Map(told.byType.map(({ type, count }) => [type, count]))).toEqual(
      counted(events.map(({ type }) => type)),
    )
    expect(new Map(told.byReason.map(({ reason, count }) => [reason, count]))).toEqual(
      counted(events.map(({ data }) => data.decision?.reason)),
    )
  })
})
