import { expect, test } from 'vitest'
import { ClaimEnded } from '../../../src/daemon/client/held-claims.js'
import { daemonOf, fakeHouse, until } from './daemon-under-test.js'

/** A run that goes on until its signal fires, and then fails with the reason. */
function untilStopped(reasons: unknown[]) {
  return async (_claim: unknown, { signal }: { signal: AbortSignal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    reasons.push(signal.reason instanceof ClaimEnded ? signal.reason.by : signal.reason)
    throw new Error('Stopped.')
  }
}

test('one heartbeat names every held claim', async () => {
  const house = await fakeHouse()
  const tasks = [1, 2, 3].map(() => house.server.queue.enqueue())
  await daemonOf(house, { run: untilStopped([]) }).start()
  await until(() => house.server.inputsOf('Heartbeat').some(({ claims }) => claims?.length === 3))
  await until(() => tasks.every(({ status }) => status === 'RUNNING'))
  expect(house.server.inputsOf('Heartbeat').every(({ runtimeIds }) => runtimeIds.length === 1)).toBe(true)
})

test('a cancelled task stops its run and gets no report', async () => {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue()
  const reasons: unknown[] = []
  await daemonOf(house, { run: untilStopped(reasons) }).start()
  await until(() => task.status === 'RUNNING')
  task.status = 'CANCELLED'
  await until(() => reasons.length === 1)
  expect(reasons).toEqual(['CANCELLED'])
  await until(() => house.server.inputsOf('Heartbeat').at(-1)?.claims?.length === 0)
  expect(house.server.inputsOf('FailTask')).toEqual([])
})

test('a session that a cancelled run reports is pinned late', async () => {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue()
  const run = async (_claim: unknown, { signal }: { signal: AbortSignal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return { output: 'Half of it.', sessionId: 's-1', workDir: '/w' }
  }
  await daemonOf(house, { run }).start()
  await until(() => task.status === 'RUNNING')
  task.status = 'CANCELLED'
  await until(() => house.server.inputsOf('PinTaskSession').length === 1)
  expect(house.server.inputsOf('PinTaskSession')).toMatchObject([{ sessionId: 's-1', workDir: '/w' }])
})

test('a run that ends before it learns of its cancellation still pins its session', async () => {
  const house = await fakeHouse()
  house.server.queue.timers.heartbeat = 5
  const task = house.server.queue.enqueue()
  const run = async () => {
    task.status = 'CANCELLED'
    return { output: 'Done.', sessionId: 's-1', workDir: '/w' }
  }
  await daemonOf(house, { run }).start()
  await until(() => house.server.inputsOf('PinTaskSession').length === 1)
  expect(house.server.inputsOf('PinTaskSession')).toMatchObject([{ sessionId: 's-1', workDir: '/w' }])
})

test('a lost lease stops its run', async () => {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue()
  const reasons: unknown[] = []
  await daemonOf(house, { run: untilStopped(reasons) }).start()
  await until(() => task.status === 'RUNNING')
  task.claimToken = 'token of somebody else'
  await until(() => reasons.length === 1)
  expect(reasons).toEqual(['LOST'])
})

test('a run with an expired lease is stopped, even while the server is away', async () => {
  const house = await fakeHouse()
  Object.assign(house.server.queue.timers, { claimLease: 0.5, runLease: 0.5 })
  const task = house.server.queue.enqueue()
  const reasons: unknown[] = []
  await daemonOf(house, { run: untilStopped(reasons) }).start()
  await until(() => task.status === 'RUNNING')
  house.server.down = true
  await until(() => reasons.length === 1)
  expect(reasons).toEqual(['LOST'])
  house.server.down = false
  await until(() => task.status === 'FAILED')
  expect(house.server.inputsOf('FailTask').at(-1)).toMatchObject({ failureReason: 'timeout' })
})

test('runs survive an outage that is shorter than a lease', async () => {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue()
  const run = async (_claim: unknown, { signal }: { signal: AbortSignal }) => {
    house.server.down = true
    await new Promise((resolve) => setTimeout(resolve, 300))
    house.server.down = false
    return signal.aborted ? 'stopped' : 'whole'
  }
  await daemonOf(house, { run }).start()
  await until(() => task.status === 'COMPLETED')
  expect(house.server.inputsOf('CompleteTask').at(-1)?.output).toBe('whole')
})

test('heartbeats are sent at least three times per lease, even if the server asks for fewer', async () => {
  const house = await fakeHouse()
  Object.assign(house.server.queue.timers, { heartbeat: 3600 })
  await daemonOf(house, { run: untilStopped([]), leaseSeconds: 1 }).start()
  await until(() => house.server.inputsOf('Heartbeat').length >= 2)
  expect(house.server.inputsOf('ClaimTasks')[0]?.leaseSeconds).toBe(1)
})
