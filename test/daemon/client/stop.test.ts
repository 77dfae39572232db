import { expect, test } from 'vitest'
import { daemonOf, fakeHouse, until } from './daemon-under-test.js'

test('a stopping daemon lets its runs finish and claims no more tasks', async () => {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue()
  let finish = () => {}
  const finished = new Promise<void>((resolve) => (finish = resolve))
  const daemon = daemonOf(house, { run: () => finished })
  await daemon.start()
  await until(() => task.status === 'RUNNING')
  const stopped = daemon.stop({ graceSeconds: 20 })
  const later = house.server.queue.enqueue()
  finish()
  await stopped
  await daemon.stopped
  expect(task.status).toBe('COMPLETED')
  expect(later.status).toBe('QUEUED')
})

test('a run that does not finish in time is stopped and fails with a retryable reason', async () => {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue()
  const run = async (_claim: unknown, { signal }: { signal: AbortSignal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    throw new Error('Killed.')
  }
  const daemon = daemonOf(house, { run })
  await daemon.start()
  await until(() => task.status === 'RUNNING')
  await daemon.stop({ graceSeconds: 0 })
  expect(task.status).toBe('FAILED')
  expect(house.server.inputsOf('FailTask')).toMatchObject([{ failureReason: 'runtime_offline' }])
})

test('a claim whose run has not started when the daemon stops is released', async () => {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue({ priorSessionId: 's-0' })
  const run = async (_claim: unknown, { signal }: { signal: AbortSignal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    throw new Error('Killed.')
  }
  const daemon = daemonOf(house, { run })
  await daemon.start()
  await until(() => task.status === 'CLAIMED')
  await daemon.stop({ graceSeconds: 0 })
  expect(task.status).toBe('QUEUED')
})

test('a claim whose answer has not arrived when the daemon stops is released', async () => {
  const house = await fakeHouse()
  const daemon = daemonOf(house, { run: async () => undefined })
  await daemon.start()
  const task = house.server.queue.enqueue()
  house.server.failNext('ClaimTasks', 'LOST')
  await until(() => task.status === 'CLAIMED')
  await daemon.stop({ graceSeconds: 0 })
  expect(task.status).toBe('QUEUED')
  expect(house.server.inputsOf('StartTask')).toEqual([])
})

test('claims stay held while the daemon stops', async () => {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue()
  let finish = () => {}
  const finished = new Promise<void>((resolve) => (finish = resolve))
  const daemon = daemonOf(house, { run: () => finished })
  await daemon.start()
  await until(() => task.status === 'RUNNING')
  const stopped = daemon.stop({ graceSeconds: 20 })
  const before = house.server.inputsOf('Heartbeat').length
  await until(() => house.server.inputsOf('Heartbeat').length > before + 1)
  expect(house.server.inputsOf('Heartbeat').at(-1)?.claims).toHaveLength(1)
  finish()
  await stopped
})
