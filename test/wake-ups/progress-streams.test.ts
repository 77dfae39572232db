import { beforeAll, beforeEach, expect, it } from 'vitest'
import type { Database, Sql } from '../../src/database/sql.js'
import type { Agent, Runtime, TaskProgress } from '../../src/generated/prisma/client.js'
import { followProgress } from '../../src/use-cases/follow-progress.js'
import { ProgressFeed } from '../../src/use-cases/feeds/progress-feed.js'
import { reportTaskProgress } from '../../src/use-cases/report-task-progress.js'
import { cancelTask } from '../../src/use-cases/cancel-task.js'
import { WakeUps } from '../../src/wake-ups/wake-ups.js'
import { anAgent, aRuntime, complete, enqueue, run } from '../support/daemon-steps.js'
import { codeOf, makeWorld, servicesOver, valueOf, workspaceBeside } from '../support/services.js'
import type { World } from '../support/services.js'
import { forEachDatabase } from '../support/test-database.js'

type Held = Awaited<ReturnType<typeof run>>

forEachDatabase((open) => {
  let database: Database
  let world: World
  let runtime: Runtime
  let agent: Agent
  let held: Held

  beforeAll(async () => {
    database = await open()
  })

  beforeEach(async () => {
    world = await makeWorld(database)
    runtime = await aRuntime(world)
    agent = await anAgent(world, runtime)
    await enqueue(world, agent)
    held = await run(world, runtime)
  })

  const report = async (...seqs: number[]) =>
    valueOf(
      await reportTaskProgress(world.services, world.caller, {
        taskId: held.task.id,
        claimToken: held.claimToken,
        entries: seqs.map((seq) => ({ seq, kind: 'text', text: `Entry ${seq}` })),
      }),
    )
  const follow = async (after: number | null = null, { services } = world) =>
    valueOf(await followProgress(services, world.caller, { taskId: held.task.id, after }))
  const seqs = async (stream: AsyncIterator<TaskProgress>, count: number): Promise<number[]> => {
    const read: number[] = []
    while (read.length < count) {
      const next = await stream.next()
      if (next.done === true) break
      read.push(next.value.seq)
    }
    return read
  }
  const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n)

  it('a stream sends existing entries, then new ones, and ends with the task', async () => {
    await report(...upTo(0, 120))
    const stream = await follow()
    expect(await seqs(stream, 121)).toEqual(upTo(0, 120))
    const next = seqs(stream, 3)
    await report(121, 122)
    await report(122, 123)
    expect(await next).toEqual([121, 122, 123])
    await report(124)
    await complete(world, held)
    expect(await seqs(stream, 9)).toEqual([124])
    // As a whole, to whoever comes late.
    expect(await seqs(await follow(), 999)).toEqual(upTo(0, 124))
  })

  it('a stream continues after a given entry, on any server', async () => {
    await report(...upTo(0, 9))
    const elsewhere = { ...world, services: servicesOver(database, world.clock) }
    const first = await follow()
    expect(await seqs(first, 4)).toEqual([0, 1, 2, 3])
    await first.return?.()
    const second = await follow(3, elsewhere)
    expect(await seqs(second, 6)).toEqual(upTo(4, 9))
    // Reported to the one server, followed on the other.
    const next = seqs(second, 2)
    await report(10, 11)
    expect(await next).toEqual([10, 11])
    await second.return?.()
  })

  it('a stream ends if the task is cancelled or has already ended', async () => {
    const stream = await follow()
    const ended = seqs(stream, 1)
    valueOf(await cancelTask(world.services, world.caller, { taskId: held.task.id }))
    expect(await ended).toEqual([])
    expect(await seqs(await follow(), 1)).toEqual([])
  })

  it('a stream ends when the client disconnects or the server stops', async () => {
    const [one, other] = [await follow(), await follow()]
    const waits = [one.next(), other.next()]
    await one.return?.()
    await world.services.wakeUps.close()
    expect(await Promise.all(waits)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ])
  })

  it('a stream is refused for another workspace', async () => {
    const { services, caller } = await workspaceBeside(world)
    const input = { taskId: held.task.id, after: null }
    expect(codeOf(await followProgress(services, caller, input))).toBe('NOT_FOUND')
  })

  it('one reader serves all streams of a process', async () => {
    let reads = 0
    const counting: Sql = {
      rows: (statement, values) => {
        reads += 1
        return database.reads.rows(statement, values)
      },
    }
    const wakeUps = new WakeUps()
    const feed = new ProgressFeed(counting, wakeUps)
    const key = { workspaceId: world.caller.workspaceId, taskId: held.task.id }
    await report(...upTo(0, 9))
    const pages = await Promise.all(upTo(1, 200).map(() => feed.beyond(key, -1, new AbortController().signal)))
    expect(pages.map((page) => page?.entries.length)).toEqual(pages.map(() => 10))
    expect(reads).toBeLessThan(5)
    await wakeUps.close()
  })
})
