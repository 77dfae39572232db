import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { readHead } from '../../../src/event-log/read-log.js'
import type { StoredEvent } from '../../../src/event-log/stored-event.js'
import { followLog } from '../../../src/use-cases/follow-log.js'
import { Gate } from '../../../src/use-cases/services/gate.js'
import { LogTail } from '../../../src/use-cases/feeds/log-tail.js'
import { countingDatabase } from '../../support/counting-database.js'
import { anAgent, aRuntime, enqueue } from '../../support/daemon-steps.js'
import { makeWorld, servicesOver } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

async function take(stream: AsyncIterator<StoredEvent>, upTo: bigint): Promise<string[]> {
  const positions: string[] = []
  while (BigInt(positions.at(-1) ?? '0') < upTo) positions.push(((await stream.next()).value as StoredEvent).position)
  return positions
}

const everyFrom = (first: bigint, last: bigint) =>
  Array.from({ length: Number(last - first) + 1 }, (_, n) => String(first + BigInt(n)))

forEachDatabase((open) => {
  it('many followers of a workspace share one read of its log, and each gets it in order without gaps or repeats', async () => {
    const world = await makeWorld(await open())
    const counted = countingDatabase(world.services.database)
    const services = servicesOver(counted.database, world.clock)
    const mine = { ...world, services }
    const agent = await anAgent(mine, await aRuntime(mine))
    for (let n = 0; n < 5; n++) await enqueue(mine, agent, { issueKey: `OLD-${n}` })
    const before = BigInt(await readHead(world.services.database.sql, world.caller.workspaceId))

    const starts = Array.from({ length: 30 }, (_, n) => [null, '0', '3'][n % 3] ?? null)
    const streams = starts.map((after) => followLog(services, world.caller, { after, conversationId: null }))
    let begun: string[] | null = null
    const first = Promise.all(streams.map(async (stream) => ((await stream.next()).value as StoredEvent).position))
    const beginning = first.then((positions) => (begun = positions))
    for (let n = 0; begun === null; n++) await enqueue(mine, agent, { issueKey: `FIRST-${n}` })
    const starting = await beginning
    counted.asked()
    for (let n = 0; n < 20; n++) await enqueue(mine, agent, { issueKey: `NEW-${n}` })
    const last = BigInt(await readHead(world.services.database.sql, world.caller.workspaceId))
    const told = await Promise.all(streams.map((stream) => take(stream, last)))
    for (const [n, after] of starts.entries()) {
      const from = BigInt(starting[n] ?? '0')
      if (after === null) expect(from).toBeGreaterThan(before)
      else expect(from).toBe(BigInt(after) + 1n)
      expect([starting[n], ...(told[n] ?? [])]).toEqual(everyFrom(from, last))
    }
    // A read a hint, for all of them together. By themselves they would read thirty times as often.
    expect(counted.asked().filter((name) => name === 'read_log').length).toBeLessThan(100)
    for (const stream of streams) await stream.return?.()
  })

  it('a follower of one conversation gets only its events, including earlier ones', async () => {
    const world = await makeWorld(await open())
    const agent = await anAgent(world, await aRuntime(world))
    await enqueue(world, agent, { issueKey: 'MINE' })
    const all = followLog(world.services, world.caller, { after: '0', conversationId: null })
    const conversationId = ((await all.next()).value as StoredEvent).conversationId
    const mine = followLog(world.services, world.caller, { after: '0', conversationId })
    const first = [await mine.next(), await mine.next()].map(({ value }) => (value as StoredEvent).position)
    expect(first).toEqual(['1', '2'])
    const next = mine.next()
    for (let n = 0; n < 3; n++) await enqueue(world, agent, { issueKey: `OTHER-${n}` })
    await enqueue(world, agent, { issueKey: 'MINE' })
    expect((await next).value).toMatchObject({ conversationId, version: 3 })
    await Promise.all([mine.return?.(), all.return?.()])
  })
})

const event = (position: number) => ({ position: String(position) }) as StoredEvent

it('the newest events are cached without a gap, and a follower behind them is recognised', () => {
  const tail = new LogTail(10n, 3)
  for (let n = 11; n <= 30; n++) tail.append([event(n)])
  expect(tail.end).toBe(30n)
  expect(tail.after(10n, 5)).toBe(null)
  expect(tail.after(28n, 5)?.map(({ position }) => position)).toEqual(['29', '30'])
  expect(tail.after(30n, 5)).toEqual([])
  expect(tail.after(40n, 5)).toEqual([])
})

it('a gate runs a limited number at the same time, and the others in turn', async () => {
  const gate = new Gate(2, 1)
  let running = 0
  let most = 0
  const work = async () => {
    most = Math.max(most, ++running)
    await turn()
    running--
  }
  const all = [gate.run('a', work), gate.run('a', work), gate.run('a', work)]
  expect([gate.isFullFor('a'), gate.isFullFor('b')]).toEqual([true, false])
  await Promise.all(all)
  expect([most, gate.isFullFor('a')]).toEqual([2, false])
})
