import { expect, test } from 'vitest'
import { daemonOf, fakeHouse, until } from './daemon-under-test.js'

test('a claim with a lost answer is repeated with the same requestId and run once', async () => {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue()
  house.server.failNext('ClaimTasks', 'LOST', 'DOWN')
  let runs = 0
  await daemonOf(house, { run: async () => void (runs += 1) }).start()
  await until(() => task.status === 'COMPLETED')
  const ids = house.server.inputsOf('ClaimTasks').map(({ requestId }) => requestId)
  expect(new Set(ids.slice(0, 3)).size).toBe(1)
  expect(ids.slice(3)).not.toContain(ids[0])
  expect(runs).toBe(1)
})

test('the daemon never claims more tasks than it has free slots', async () => {
  const house = await fakeHouse()
  const tasks = [1, 2, 3, 4, 5].map(() => house.server.queue.enqueue())
  let atOnce = 0
  let most = 0
  const run = async () => {
    atOnce += 1
    most = Math.max(most, atOnce)
    await new Promise((resolve) => setTimeout(resolve, 20))
    atOnce -= 1
  }
  await daemonOf(house, { run, slots: 2 }).start()
  await until(() => tasks.every(({ status }) => status === 'COMPLETED'))
  expect(most).toBe(2)
  expect(house.server.inputsOf('ClaimTasks').every(({ max }) => max === 1 || max === 2)).toBe(true)
})

test('after an empty answer the daemon asks again at the time that the server gave', async () => {
  const house = await fakeHouse()
  house.server.queue.retryAfterSeconds = 3600
  await daemonOf(house, { run: async () => undefined, waitSeconds: 20 }).start()
  await until(() => house.server.inputsOf('Heartbeat').length >= 5)
  expect(house.server.inputsOf('ClaimTasks')).toHaveLength(1)
})

test('a daemon that idles beside waiting work says why, once', async () => {
  const house = await fakeHouse()
  house.server.queue.noTaskReasons = ['NOT_YET_AVAILABLE', 'AGENT_AT_CAPACITY']
  const daemon = daemonOf(house, { run: async () => undefined })
  await daemon.start()
  await until(() => house.server.inputsOf('ClaimTasks').length >= 3)
  const idle = () => daemon.logged.filter((line) => line.includes('Idle'))
  expect(idle()).toHaveLength(1)
  expect(idle()[0]).toContain(
    'Idle, although tasks are queued: a task is scheduled for later; the agent is at its limit of concurrent tasks.',
  )
  house.server.queue.noTaskReasons = ['QUEUE_EMPTY']
  const asked = house.server.inputsOf('ClaimTasks').length
  await until(() => house.server.inputsOf('ClaimTasks').length >= asked + 2)
  expect(idle()).toHaveLength(1)
})

test('runs of one conversation never overlap, even if the server gave up the first one', async () => {
  const house = await fakeHouse()
  const first = house.server.queue.enqueue({ conversation: 'chat_1' })
  const order: string[] = []
  const run = async (claim: { task: { id: string } }, { signal }: { signal: AbortSignal }) => {
    order.push(`begin ${claim.task.id}`)
    if (claim.task.id === first.id) {
      Object.assign(first, { status: 'FAILED', claimToken: null })
      house.server.queue.enqueue({ conversation: 'chat_1' })
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      // It winds down slowly; its retry has been claimed meanwhile.
      await until(() => house.server.queue.tasks[1]?.status !== 'QUEUED')
    }
    order.push(`end ${claim.task.id}`)
  }
  await daemonOf(house, { run }).start()
  await until(() => house.server.queue.tasks[1]?.status === 'COMPLETED')
  expect(order).toEqual(['begin task_1', 'end task_1', 'begin task_2', 'end task_2'])
})

test('a claim that is stale before its run starts is not run', async () => {
  const house = await fakeHouse()
  house.server.failNext('StartTask', 'DOWN')
  const task = house.server.queue.enqueue()
  let runs = 0
  const daemon = daemonOf(house, { run: async () => void (runs += 1) })
  await daemon.start()
  await until(() => house.server.inputsOf('StartTask').length === 1)
  task.claimToken = 'token of somebody else'
  await until(() => daemon.logged.some((line) => line.includes('refused the report')))
  expect(runs).toBe(0)
})

test('a daemon waits for an unreachable server, and ends with an error if its token is refused', async () => {
  const house = await fakeHouse()
  house.server.failNext('RegisterRuntime', 'CUT', 'DOWN')
  await daemonOf(house, { run: async () => undefined }).start()
  expect(house.server.inputsOf('RegisterRuntime')).toHaveLength(3)

  house.server.queue.revoked = true
  const refused = daemonOf(house, { run: async () => undefined })
  await expect(refused.start()).rejects.toMatchObject({ name: 'ApiError', code: 'UNAUTHENTICATED' })
})
