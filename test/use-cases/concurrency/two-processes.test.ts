import { beforeAll, expect, it } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import { readStream } from '../../../src/event-log/read-stream.js'
import { foldable } from '../../../src/event-log/stored-event.js'
import { foldEvents } from '../../../src/session-pointer/fold.js'
import { cancelTask } from '../../../src/use-cases/cancel-task.js'
import { claimTask } from '../../../src/use-cases/claim-task.js'
import type { ClaimView } from '../../../src/use-cases/claim-task.js'
import { conversationById } from '../../../src/use-cases/reads/rows-by-id.js'
import { explainResume } from '../../../src/use-cases/explain-resume.js'
import { releaseTask } from '../../../src/use-cases/release-task.js'
import { resetSession } from '../../../src/use-cases/reset-session.js'
import { updateAgent } from '../../../src/use-cases/update-agent.js'
import { countingDatabase } from '../../support/counting-database.js'
import type { CountingDatabase } from '../../support/counting-database.js'
import { aChat, anAgent, aRuntime, claim, complete, fail, pin, say, start } from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { actAtRandom, aPlayground, dice } from '../../support/random-work.js'
import { makeWorld, servicesOver, valueOf } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

const BEHIND = 'read_events_behind'

forEachDatabase((open) => {
  let counted: CountingDatabase
  let database: Database
  let world: World

  beforeAll(async () => {
    counted = countingDatabase(await open())
    ;({ database } = counted)
    world = await makeWorld(database)
  })

  /** Another process over the same database, which has folded nothing yet. */
  const another = (): World => ({ ...world, services: servicesOver(database, world.clock, world.services.timers) })
  const reads = (): number => counted.asked().filter((name) => name === BEHIND).length

  /** A life with every decision that its claims are told, each step done by the next process. */
  async function live(next: () => World): Promise<unknown[]> {
    const runtime = await aRuntime(next(), { account: 'acc-1' })
    const chat = await aChat(next(), await anAgent(next(), runtime))
    const told: unknown[] = []
    const claimed = async (): Promise<ClaimView> => {
      await say(next(), chat)
      const conversation = await conversationById(world.services, world.caller.workspaceId, chat.id)
      if (conversation === null) throw new Error('The chat is gone.')
      const asked = next()
      const explained = valueOf(
        await explainResume(asked.services, asked.caller, { conversation, runtimeId: runtime.id }),
      )
      const held = await claim(next(), runtime)
      const { outcome, reason, sessionId, workDir, continuityGap } = held.decision
      expect(explained).toMatchObject({ outcome, reason, sessionId, workDir, continuityGap })
      told.push({ outcome, reason, sessionId, workDir, continuityGap })
      return held
    }
    const started = async (resumeResult?: 'RESUMED' | 'REFUSED'): Promise<ClaimView> => {
      const held = await claimed()
      await start(next(), held, resumeResult === undefined ? {} : { resumeResult })
      return held
    }
    const cancelled = async (): Promise<ClaimView> => {
      const held = await started()
      const { services, caller } = next()
      valueOf(await cancelTask(services, caller, { taskId: held.task.id }))
      return held
    }
    const first = await started()
    await pin(next(), first, 'session-1')
    await pin(next(), first, 'session-1', '/work/1')
    await complete(next(), first)
    await fail(next(), await started('RESUMED'))
    const given = await claimed()
    const { services, caller } = next()
    valueOf(await releaseTask(services, caller, { taskId: given.task.id, claimToken: given.claimToken }))
    const again = await claim(next(), runtime)
    await start(next(), again, { resumeResult: 'REFUSED' })
    await pin(next(), again, 'session-2')
    await complete(next(), again, { workDir: '/work/2' })
    const stopped = await cancelled()
    await pin(next(), stopped, 'session-3')
    await pin(next(), stopped, 'session-3', '/work/3')
    await complete(next(), await started('RESUMED'))
    const running = await started('RESUMED')
    const resetting = next()
    valueOf(await resetSession(resetting.services, resetting.caller, { conversationId: chat.id }))
    await pin(next(), running, 'session-4', '/work/4')
    await complete(next(), running)
    const last = await started()
    await pin(next(), last, 'session-5', '/work/5')
    await complete(next(), last)
    const stream = await readStream(database.sql, world.caller.workspaceId, chat.id)
    const row = await conversationById(world.services, world.caller.workspaceId, chat.id)
    const state = foldEvents(stream.map(foldable))
    expect(row?.state).toEqual(state)
    told.push(state.bindings.map(({ sessionId, state, workDir, rank }) => ({ sessionId, state, workDir, rank })))
    return told
  }

  it('a process that knows nothing decides as the one that did all before', async () => {
    const alone = await live(() => world)
    reads()
    const second = another()
    let turn = 0
    expect(await live(() => ((turn += 1) % 2 === 0 ? world : second))).toEqual(alone)
    expect(reads()).toBeGreaterThan(0)
    expect(await live(another)).toEqual(alone)
    expect(reads()).toBeGreaterThan(10)
    // Else it would prove nothing.
    expect(alone.slice(0, -1)).toMatchObject([
      { reason: 'NO_PRIOR_SESSION' },
      ...['session-1', 'session-1', 'session-2', 'session-3', 'session-3'].map((sessionId) => ({ sessionId })),
      { reason: 'SESSION_RESET' },
    ])
    await expectSound(database)
  })

  it.each([1, 2, 3])('two processes do a random history in turn, and a new one now and then (%i)', async (seed) => {
    const ground = await aPlayground(world)
    const processes = [world, another()]
    const roll = dice(seed)
    reads()
    for (let n = 0; n < 250; n++) {
      const by = n % 7 === 0 ? another() : processes[n % 2]
      await actAtRandom(by ?? world, ground, roll)
    }
    expect(reads()).toBeGreaterThan(25)
    await expectSound(database)
  })

  it('a claim that finds two tasks of one conversation folds what is behind it once', async () => {
    const [laptop, server] = [await aRuntime(world), await aRuntime(world)]
    const agent = await anAgent(world, laptop)
    const chat = await aChat(world, agent)
    await say(world, chat)
    const held = await claim(world, laptop)
    await start(world, held)
    valueOf(await cancelTask(world.services, world.caller, { taskId: held.task.id }))
    valueOf(await resetSession(world.services, world.caller, { conversationId: chat.id }))
    await pin(world, held, 'late', '/late')
    await say(world, chat)
    valueOf(await updateAgent(world.services, world.caller, { agentId: agent.id, runtimeId: server.id }))
    await say(world, chat)
    const by = another()
    const asked = { runtimeIds: [laptop.id, server.id], max: 2, mutation: 'claimTasks' as const }
    const { claims } = valueOf(await claimTask(by.services, by.caller, asked))
    const [only, ...others] = claims
    if (only === undefined) throw new Error('There was no task.')
    expect(others).toEqual([])
    await start(by, only)
    await complete(by, only)
    await expectSound(database)
  })
})
