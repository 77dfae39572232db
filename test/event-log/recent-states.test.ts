import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/sql.js'
import { statement } from '../../src/database/sql.js'
import { appendValues } from '../../src/event-log/append.js'
import { NO_DIGEST } from '../../src/event-log/digest.js'
import { readStream } from '../../src/event-log/read-stream.js'
import { RecentStates } from '../../src/event-log/stored-state.js'
import { foldable } from '../../src/event-log/stored-event.js'
import type { Runtime } from '../../src/generated/prisma/client.js'
import { foldEvents } from '../../src/session-pointer/fold.js'
import { initialState } from '../../src/session-pointer/session-state.js'
import type { SessionState } from '../../src/session-pointer/session-state.js'
import { countingDatabase } from '../support/counting-database.js'
import type { CountingDatabase } from '../support/counting-database.js'
import { aChat, anAgent, aRuntime, claim, complete, pin, run, say, start } from '../support/daemon-steps.js'
import type { Held } from '../support/daemon-steps.js'
import { makeWorld, servicesOver } from '../support/services.js'
import type { World } from '../support/services.js'
import { forEachDatabase } from '../support/test-database.js'

const STATE = statement('test_state', 'SELECT state FROM conversation WHERE id = $1')

const APPEND = {
  workspaceId: 'ws_1',
  conversationId: 'chat_1',
  actor: 'tok_1',
  occurredAt: new Date(0),
  previousDigest: NO_DIGEST,
  opening: null,
  activity: true,
  events: [
    {
      id: 'evt_1',
      type: 'SESSION_RESET' as const,
      taskId: null,
      runtimeId: null,
      data: { sessionId: null, reason: null },
    },
  ],
}

describe('the states that a process remembers', () => {
  const at = (version: number, unknownEvents = 0): SessionState => ({ ...initialState, version, unknownEvents })

  it('are told for the digest that they were folded to, and for no other', () => {
    const recent = new RecentStates()
    recent.set('chat_1', 'digest-3', at(3))
    expect(recent.get('chat_1', 'digest-3')).toEqual(at(3))
    expect(recent.get('chat_1', 'digest-4')).toBeUndefined()
    expect(recent.get('chat_2', 'digest-3')).toBeUndefined()
    recent.set('chat_1', 'digest-4', at(4))
    expect(recent.get('chat_1', 'digest-3')).toBeUndefined()
    expect(recent.get('chat_1', 'digest-4')).toEqual(at(4))
  })

  it('count no unknown events', () => {
    const recent = new RecentStates()
    recent.set('chat_1', 'digest-3', at(3))
    recent.set('chat_1', 'digest-4', at(4, 1))
    expect(recent.get('chat_1', 'digest-4')).toBeUndefined()
    expect(recent.get('chat_1', 'digest-3')).toBeUndefined()
  })

  it('are those that their rows do not have', () => {
    const recent = new RecentStates()
    const last = (storesState: boolean, version: number) => {
      const append = { ...APPEND, storesState, expectedVersion: version - 1, state: at(version) }
      const { advanced } = appendValues([append], recent)
      const { digest, state } =
        (JSON.parse(advanced as string) as Record<string, { digest: string; state?: unknown }>)['chat_1'] ?? {}
      expect(state).toEqual(storesState ? at(version) : undefined)
      return recent.get('chat_1', digest ?? '')
    }
    expect(last(false, 2)).toEqual(at(2))
    expect(last(true, 3)).toBeUndefined()
    expect(last(false, 4)).toEqual(at(4))
  })

  it('are so many at most: those that changed last', () => {
    const most = 4096
    const recent = new RecentStates()
    for (let n = 0; n < most; n++) recent.set(`chat_${n}`, 'digest', at(1))
    recent.set('chat_0', 'digest', at(1))
    recent.set('chat_new', 'digest', at(1))
    const kept = Array.from({ length: most }, (_, n) => recent.get(`chat_${n}`, 'digest') !== undefined)
    expect(kept.flatMap((isKept, n) => (isKept ? [] : [n]))).toEqual([1])
    expect(recent.get('chat_new', 'digest')).toEqual(at(1))
  })
})

forEachDatabase((open) => {
  let counted: CountingDatabase
  let database: Database
  let world: World
  let runtime: Runtime
  let chat: { id: string }

  beforeAll(async () => {
    counted = countingDatabase(await open())
    ;({ database } = counted)
    world = await makeWorld(database)
  })

  beforeEach(async () => {
    runtime = await aRuntime(world)
    chat = await aChat(world, await anAgent(world, runtime))
  })

  /** What is stored, which must be what the whole stream folds to. */
  async function storedNow(): Promise<SessionState> {
    const [row] = await database.sql.rows<{ state: SessionState }>(STATE, [chat.id])
    const stream = await readStream(database.sql, world.caller.workspaceId, chat.id)
    const state = foldEvents(stream.map(foldable))
    expect(row?.state).toEqual(state)
    return state
  }

  it('a process reads no event for its own next call, and those behind the stored state for that of another process', async () => {
    const fresh = (): World => ({ ...world, services: servicesOver(database, world.clock) })
    await say(world, chat)
    const steps: ((by: World, held: Held) => Promise<unknown>)[] = [
      (by, held) => start(by, held),
      (by, held) => pin(by, held, 'session-1'),
      (by, held) => pin(by, held, 'session-1', '/work'),
      (by, held) => complete(by, held),
    ]
    const readsOf = async (act: () => Promise<unknown>): Promise<number> => {
      counted.asked()
      await act()
      return counted.asked().filter((name) => name === 'read_events_behind').length
    }
    expect(await readsOf(() => say(world, chat))).toBe(0)
    let held = await claim(world, runtime)
    for (const step of steps) expect(await readsOf(() => step(world, held))).toBe(0)
    await say(world, chat)
    expect(await readsOf(async () => (held = await claim(fresh(), runtime)))).toBe(1)
    for (const step of steps) expect(await readsOf(() => step(fresh(), held))).toBe(1)
    await storedNow()
  })

  it.each([
    ['before its write', 'before'],
    // PostgreSQL has committed it then, and the embedded database has not.
    ['after its write', 'after'],
  ])('a process goes on from what is written where the connection is lost %s', async (_, moment) => {
    let breaks = false
    const lost = new Error('The connection is lost.')
    const broken: Database = {
      ...database,
      transaction: (work) =>
        database.transaction((sql) =>
          work({
            ...sql,
            async callLast(routine, values) {
              if (breaks && moment === 'before') throw lost
              const answer = await sql.callLast<never>(routine, values)
              if (breaks) throw lost
              return answer
            },
          }),
        ),
    }
    const by: World = { ...world, services: servicesOver(broken, world.clock) }
    await say(by, chat)
    const held = await run(by, runtime)
    breaks = true
    await expect(pin(by, held, 'lost')).rejects.toThrow(lost)
    breaks = false
    await complete(by, held, { sessionId: 'kept' })
    expect((await storedNow()).bindings).toMatchObject([
      { sessionId: 'kept' },
      ...(moment === 'after' && database.kind !== 'embedded' ? [{ sessionId: 'lost' }] : []),
    ])
  })
})
