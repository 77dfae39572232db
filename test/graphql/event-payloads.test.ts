import { readFileSync, readdirSync } from 'node:fs'
import { getNamedType, isObjectType, isUnionType } from 'graphql'
import type { GraphQLObjectType } from 'graphql'
import { beforeAll, describe, expect, it } from 'vitest'
import { payloadName } from '../../src/graphql/payload-name.js'
import { schema } from '../../src/graphql/schema.js'
import type { SessionEventType } from '../../src/session-pointer/events.js'
import { CURRENT_SCHEMA_VERSION, upcast } from '../../src/session-pointer/upcast.js'
import type { RawEvent } from '../../src/session-pointer/upcast.js'
import { Client, at } from '../support/graphql.js'
import { livedIn } from '../support/lived-in.js'
import { makeWorld } from '../support/services.js'
import { Tamperer } from '../support/tampering.js'
import { forEachDatabase } from '../support/test-database.js'

const KINDS = Object.keys(CURRENT_SCHEMA_VERSION) as SessionEventType[]

/** Everything that there is to ask of a payload, by what the schema says. */
function everythingOf(type: GraphQLObjectType): string {
  return Object.values(type.getFields())
    .map((field) => {
      const inner = getNamedType(field.type)
      return isObjectType(inner) ? `${field.name} { ${everythingOf(inner)} }` : field.name
    })
    .join(' ')
}

function payloadTypes(): readonly GraphQLObjectType[] {
  const union = schema.getType('SessionEventPayload')
  return isUnionType(union) ? union.getTypes() : []
}

const PAYLOAD = `payload { __typename ${payloadTypes()
  .map((type) => `... on ${type.name} { ${everythingOf(type)} }`)
  .join(' ')} }`
const LOG = `{ sessionEvents(first: 1000) { type rawType schemaVersion version data ${PAYLOAD} } }`

interface Told {
  type: string
  rawType: string
  schemaVersion: number
  version: number
  data: unknown
  payload: Record<string, unknown> | null
}

const recorded = readdirSync(new URL('../golden/events', import.meta.url)).flatMap((file) => {
  const text = readFileSync(new URL(`../golden/events/${file}`, import.meta.url), 'utf8')
  return Object.values(JSON.parse(text) as Record<string, RawEvent[]>).flat()
})

/** The event's data in today's shape, with null for what it does not have; times are written in one way. */
function expected({ rawType: type, schemaVersion, version, data }: Told): unknown {
  const told = upcast({ type, schemaVersion, version, data, taskId: null, runtimeId: null, occurredAt: '' })
  const { messageId: outputMessageId, ...rest } = told.data as Record<string, unknown>
  if (type === 'TASK_COMPLETED') return plain({ ...rest, outputMessageId })
  const tellsItsPlace = type === 'CONVERSATION_ERASED' || type === 'CONVERSATION_RESTORED'
  return plain(tellsItsPlace ? { upToVersion: version } : told.data)
}

/** Without what is null, and with times as numbers: both sides say then the same. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return Date.parse(value)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([, field]) => field !== null)
  return Object.fromEntries(fields.map(([name, field]) => [name, plain(field)]))
}

function expectWhole(events: readonly Told[]): void {
  for (const event of events) {
    const { __typename: name, ...fields } = event.payload ?? {}
    expect(name).toBe(payloadName(event.rawType as SessionEventType))
    expect({ [event.rawType]: plain(fields) }).toEqual({ [event.rawType]: expected(event) })
  }
}

describe('the payload of an event', () => {
  it('has a type for every kind of event, and no other', () => {
    expect(new Set(payloadTypes().map(({ name }) => name))).toEqual(new Set(KINDS.map(payloadName)))
  })
})

forEachDatabase((open) => {
  let owner: Client
  let tamperer: Tamperer
  const log = async (): Promise<Told[]> => at(await owner.ask(LOG), 'sessionEvents') as Told[]

  beforeAll(async () => {
    const database = await open()
    const world = await makeWorld(database)
    await livedIn(world)
    owner = new Client(world.services, world.caller)
    tamperer = await Tamperer.of(database)
  })

  it('the payload equals the data, for every kind of event that the server writes', async () => {
    const events = await log()
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(KINDS))
    expectWhole(events)
  })

  /** In the places of the events that are there. */
  async function rewrite(events: readonly Pick<RawEvent, 'type' | 'schemaVersion' | 'data'>[]): Promise<void> {
    for (const [index, { type, schemaVersion, data }] of events.entries()) {
      await tamperer.run(
        `UPDATE session_event SET type = $2, "schemaVersion" = $3, data = $4::jsonb WHERE position = $1::bigint`,
        [index + 1, type, schemaVersion, JSON.stringify(data)],
      )
    }
  }

  it('the payload equals the upcast data, for recorded events of every version', async () => {
    await tamperer.run(`UPDATE conversation SET "erasedVersion" = 0`)
    const room = (await log()).length
    for (let from = 0; from < recorded.length; from += room) {
      const batch = recorded.slice(from, from + room)
      await rewrite(batch)
      const told = (await log()).slice(0, batch.length)
      expect(told.map(({ data }) => data)).toEqual(batch.map(({ data }) => data))
      expectWhole(told)
    }
  })

  it('the payload has no erased words, in any version', async () => {
    await tamperer.run(`UPDATE conversation SET "erasedVersion" = 1000`)
    const [failed] = recorded.filter(({ type, schemaVersion }) => type === 'TASK_FAILED' && schemaVersion === 1)
    const words = { ...(failed?.data as object), failureReason: 'no Rosebud', error: 'Rosebud' }
    await rewrite([
      { type: 'TASK_FAILED', schemaVersion: 1, data: words },
      { type: 'TASK_CANCELLED', schemaVersion: 1, data: { reason: 'Rosebud' } },
      { type: 'TASK_RELEASED', schemaVersion: 1, data: { cause: 'RELEASED', reason: 'Rosebud' } },
      { type: 'SESSION_RESET', schemaVersion: 1, data: { sessionId: null, reason: 'Rosebud' } },
    ])
    const told = (await log()).slice(0, 4)
    expect(JSON.stringify(told)).not.toContain('Rosebud')
    expect(told.map(({ payload }) => payload)).toMatchObject([
      { failureReason: 'other', errorBytes: 0 },
      { reason: null },
      { cause: 'RELEASED', reason: null },
      { reason: null },
    ])
  })

  it('the payload is null if the event’s kind or version belongs to a newer server', async () => {
    await rewrite([
      { type: 'TASK_PAUSED', schemaVersion: 1, data: { why: 'lunch' } },
      { type: 'TASK_RELEASED', schemaVersion: 9, data: { because: { of: 'lunch' } } },
    ])
    const told = (await log()).slice(0, 2)
    expect(told.map(({ type, data, payload }) => ({ type, data, payload }))).toEqual([
      { type: 'UNKNOWN', data: { why: 'lunch' }, payload: null },
      { type: 'TASK_RELEASED', data: { because: { of: 'lunch' } }, payload: null },
    ])
  })
})
