import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { ADMIN_TOKEN, emptyDirectory, startServer } from '../support/server-process.js'
import { Fleet } from './fleet.js'
import { Refusal, insist } from './restless-client.js'
import { SHORT_LEASES } from './short-leases.js'
import { counts } from './size.js'
import { EVERY_PROMISE_HOLDS, verifyOutput } from './verify-command.js'

const LIES_MS = counts(60_000, 6_000)
const LIARS = 6

/** What a daemon may say of a claim, at a wrong time as well as at the right one. */
const CALLS = {
  start: `mutation ($input: StartTaskInput!) { startTask(input: $input) { task { id } } }`,
  pin: `mutation ($input: PinTaskSessionInput!) { pinTaskSession(input: $input) { accepted } }`,
  complete: `mutation ($input: CompleteTaskInput!) { completeTask(input: $input) { task { id } } }`,
  fail: `mutation ($input: FailTaskInput!) { failTask(input: $input) { task { id } } }`,
  release: `mutation ($input: ReleaseTaskInput!) { releaseTask(input: $input) { task { id } } }`,
}
const MORE: Record<keyof typeof CALLS, object> = {
  start: {},
  pin: { sessionId: 's-of-a-liar' },
  complete: { output: 'a lie' },
  fail: { failureReason: 'timeout', error: 'a lie' },
  release: {},
}
const KINDS = Object.keys(CALLS) as (keyof typeof CALLS)[]
const CLAIM = `mutation ($input: ClaimTasksInput!) { claimTasks(input: $input) { claims { claimToken task { id } } } }`

interface Pair {
  taskId: string
  claimToken: string
}

const oneOf = <T>(items: readonly T[]): T | undefined => items[Math.floor(Math.random() * items.length)]

it('daemons that vanish, hang, repeat, reorder and lie harm only themselves', async () => {
  const dataDirectory = emptyDirectory()
  const server = await startServer({ dataDirectory, env: SHORT_LEASES })
  const urls = [server.url]
  const honest = await Fleet.register(urls, { daemons: 4, pauseMs: 20 })
  honest.start()
  const accepted: string[] = []
  const refused = new Map<string, number>()
  const until = performance.now() + LIES_MS

  const liar = async (n: number): Promise<void> => {
    const { runtimeId, secret, agentId } = await Fleet.daemon(urls, `liar-${n}`)
    const given: Pair[] = []
    for (let round = 0; performance.now() < until; round++) {
      // Two at a time, and more work than is ever honestly done.
      const input = { agentId, issueKey: `L-${n}-${round % 7}`, prompt: 'x', maxAttempts: 2 }
      await insist(
        urls,
        ADMIN_TOKEN,
        `mutation ($input: EnqueueTaskInput!) { enqueueTask(input: $input) { task { id } } }`,
        {
          input,
        },
      )
      const { claimTasks } = await insist<{ claimTasks: { claims: { claimToken: string; task: { id: string } }[] } }>(
        urls,
        secret,
        CLAIM,
        { input: { runtimeIds: [runtimeId], max: 2, leaseSeconds: 1 } },
      )
      given.push(...claimTasks.claims.map(({ claimToken, task }) => ({ taskId: task.id, claimToken })))
      const lies = Array.from({ length: 6 }, async () => {
        const pair = oneOf(given)
        const other = oneOf([...given, { taskId: oneOf(honest.enqueued) ?? '', claimToken: 'clm_made_up' }])
        if (pair === undefined || other === undefined) return
        // Now and then the token of one task with another task, of its own or of an honest daemon.
        const told = Math.random() < 0.3 ? { taskId: other.taskId, claimToken: pair.claimToken } : pair
        const kind = oneOf(KINDS) ?? 'start'
        try {
          await insist(urls, secret, CALLS[kind], { input: { ...told, ...MORE[kind] } })
          const known = given.some(({ taskId, claimToken }) => taskId === told.taskId && claimToken === told.claimToken)
          if (!known) accepted.push(`${kind} of ${told.taskId} with a token that was never its own`)
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
          refused.set(error.code, (refused.get(error.code) ?? 0) + 1)
        }
      })
      await Promise.all(lies)
      // Hangs for longer than its lease now and then, without a heartbeat.
      if (Math.random() < 0.1) await sleep(1_500)
    }
    // And is gone, with whatever it holds.
  }
  await Promise.all(Array.from({ length: LIARS }, (_, n) => liar(n)))

  // What the liars hold never ends.
  await honest.finish(() => honest.completed.size === honest.enqueued.length)
  expect(accepted).toEqual([])
  expect([...refused.keys()].toSorted()).toEqual(['FORBIDDEN', 'ILLEGAL_TRANSITION', 'STALE_CLAIM'])
  expect(await honest.lost()).toEqual([])
  expect(honest.completed.size).toBe(honest.enqueued.length)
  expect(await server.stop()).toBe(0)
  expect(await verifyOutput({ dataDirectory })).toMatch(EVERY_PROMISE_HOLDS)
})
