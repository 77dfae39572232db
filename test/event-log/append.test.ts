import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/database/ids.js'
import type { Database, TransactionSql } from '../../src/database/sql.js'
import { sqlState, statement } from '../../src/database/sql.js'
import { appendValues, lastPositions } from '../../src/event-log/append.js'
import type { Append } from '../../src/event-log/append.js'
import { NO_DIGEST } from '../../src/event-log/digest.js'
import { readLog } from '../../src/event-log/read-log.js'
import { readStream } from '../../src/event-log/read-stream.js'
import { WRITE } from '../../src/use-cases/transaction/write-changes.js'
import type { WriteAnswer } from '../../src/use-cases/transaction/write-changes.js'
import { initialState } from '../../src/session-pointer/session-state.js'
import type { Agent } from '../../src/generated/prisma/client.js'
import { anAgent, aRuntime } from '../support/daemon-steps.js'
import { makeWorld } from '../support/services.js'
import type { World } from '../support/services.js'
import { forEachDatabase } from '../support/test-database.js'
import { damagedOnPurpose } from '../support/proven-at-close.js'

async function appendEvents(sql: TransactionSql, appends: Append[]): Promise<bigint[]> {
  const { heads } = await sql.call<WriteAnswer>(WRITE, appendValues(appends))
  return lastPositions(appends, heads ?? [])
}

forEachDatabase((open) => {
  let database: Database
  let world: World
  let agent: Agent

  beforeAll(async () => {
    database = await open()
    // Events without any history: what is appended is this test's own.
    damagedOnPurpose(database)
    world = await makeWorld(database)
    agent = await anAgent(world, await aRuntime(world))
  })

  function opening(conversationId: string): Append {
    const data = { kind: 'ISSUE' as const, agentId: agent.id, issueKey: conversationId }
    return {
      workspaceId: world.caller.workspaceId,
      conversationId,
      expectedVersion: 0,
      previousDigest: NO_DIGEST,
      actor: 'tok_1',
      occurredAt: world.clock.now(),
      events: [{ type: 'CONVERSATION_OPENED', taskId: null, runtimeId: null, data, id: newId('evt') }],
      state: { ...initialState, version: 1 },
      storesState: true,
      opening: { kind: 'ISSUE', agentId: agent.id, issueKey: conversationId, title: null },
      activity: true,
    }
  }

  function reset(conversationId: string, expectedVersion: number): Append {
    const data = { sessionId: null, reason: null }
    return {
      ...opening(conversationId),
      expectedVersion,
      events: [{ type: 'SESSION_RESET', taskId: null, runtimeId: null, data, id: newId('evt') }],
      opening: null,
    }
  }

  const stream = (id: string) => readStream(database.sql, world.caller.workspaceId, id)
  const append = (...appends: Append[]) => database.transaction((sql) => appendEvents(sql, appends))

  const conflict = async (...appends: Append[]) => sqlState(await append(...appends).catch((error: unknown) => error))
  const log = () => readLog(database.sql, world.caller.workspaceId, '0', 1000)

  it('an append at a version other than the stream’s is a conflict and writes nothing', async () => {
    const id = newId('issue')
    await append(opening(id))
    const before = await log()
    expect(await conflict(reset(id, 2))).toBe('40001')
    expect(await conflict(reset(id, 0))).toBe('40001')
    expect(await conflict(reset(newId('issue'), 1))).toBe('40001')
    expect(await log()).toEqual(before)
  })

  it('one conflict undoes all appends of a transaction', async () => {
    const [one, two, three] = [newId('issue'), newId('issue'), newId('issue')]
    await append(opening(one), opening(two), opening(three))
    const before = await log()
    expect(await conflict(reset(one, 1), reset(two, 9), reset(three, 1))).toBe('40001')
    expect(await conflict(reset(one, 1), { ...opening(newId('issue')), opening: opening(two).opening })).toBe('40001')
    expect(await log()).toEqual(before)
  })

  it('each append returns the position of its last event, and positions stay dense', async () => {
    const [one, two, three] = [newId('issue'), newId('issue'), newId('issue')]
    await append(opening(one), opening(two))
    const twice = { ...reset(one, 1), events: [...reset(one, 1).events, ...reset(one, 2).events] }
    const positions = await append(twice, opening(three), reset(two, 1))
    const lastOf = async (id: string) => (await log()).findLast((event) => event.conversationId === id)?.position
    expect(positions.map(String)).toEqual([await lastOf(one), await lastOf(three), await lastOf(two)])
    const positionsOfAll = (await log()).map(({ position }) => Number(position))
    expect(positionsOfAll).toEqual(positionsOfAll.map((_, index) => index + 1))
  })

  it('opening an open thread is a conflict, not a second thread', async () => {
    const id = newId('issue')
    await append(opening(id))
    const again = { ...opening(newId('issue')), opening: opening(id).opening }
    expect(await conflict(again)).toBe('40001')
  })

  it('a rolled-back append takes no position', async () => {
    const id = newId('issue')
    const failed = database.transaction(async (sql) => {
      await appendEvents(sql, [opening(id)])
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(await stream(id)).toEqual([])
    await append(opening(id))
    const log = await readLog(database.sql, world.caller.workspaceId, '0', 1000)
    expect(log.map(({ position }) => Number(position))).toEqual(log.map((_, index) => index + 1))
  })

  it('a page ends at its limit, and types filter by name', async () => {
    const all = await readLog(database.sql, world.caller.workspaceId, '0', 1000)
    expect(await readLog(database.sql, world.caller.workspaceId, '0', 2)).toEqual(all.slice(0, 2))
    expect(await readLog(database.sql, world.caller.workspaceId, '0', 1000, ['SESSION_RESET'])).toEqual(
      all.filter(({ type }) => type === 'SESSION_RESET'),
    )
  })

  describe('the log', () => {
    for (const change of [
      'UPDATE session_event SET actor = actor',
      'DELETE FROM session_event',
      'DELETE FROM session_event WHERE position = 1',
      'TRUNCATE session_event',
      'TRUNCATE session_event CASCADE',
    ]) {
      it(`refuses ${change}`, async () => {
        const before = await readLog(database.sql, world.caller.workspaceId, '0', 1000)
        const refused = await database.sql
          .rows(statement(`test_${change}`.slice(0, 60), change))
          .catch((e: unknown) => e)
        expect(sqlState(refused)).toBe('23000')
        expect((refused as Error).message).toContain('append-only')
        expect(await readLog(database.sql, world.caller.workspaceId, '0', 1000)).toEqual(before)
      })
    }
  })
})
