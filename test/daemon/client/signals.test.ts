import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createDaemon } from '../../../src/daemon/client/create-daemon.js'
import { ClaimEnded } from '../../../src/daemon/client/held-claims.js'
import { ADMIN_TOKEN, startServer } from '../../support/server-process.js'
import { ask, chatOn, runtimeOf } from '../reference/machine.js'
import { daemonOf, fakeHouse, until } from './daemon-under-test.js'

function untilStopped(reasons: unknown[]) {
  return async (_claim: unknown, { signal }: { signal: AbortSignal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    reasons.push(signal.reason instanceof ClaimEnded ? signal.reason.by : signal.reason)
    throw new Error('Stopped.')
  }
}

/** As a server answers that asks for a heartbeat every ten minutes. */
const rarely: typeof fetch = async (url, init) => {
  const response = await fetch(url, init)
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) return response
  const text = (await response.text()).replaceAll(/"(heartbeat|nextHeartbeatSeconds)":\d+/g, '"$1":600')
  return new Response(text, { status: response.status, headers: { 'content-type': 'application/json' } })
}

test('a cancel reaches a run long before its next heartbeat is due', async () => {
  const { url } = await startServer({ env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN } })
  const reasons: unknown[] = []
  const home = await mkdtemp(join(tmpdir(), 'baton-signals-'))
  const daemon = createDaemon({
    url,
    token: ADMIN_TOKEN,
    daemonId: 'm1',
    providers: ['fake'],
    leaseSeconds: 3600,
    fetch: rarely,
    run: untilStopped(reasons),
    outboxFile: join(home, 'outbox.json'),
  })
  onTestFinished(async () => {
    await daemon.stop({ graceSeconds: 0 })
    await rm(home, { recursive: true, force: true })
  })
  await daemon.start()
  const say = await chatOn(url, await runtimeOf(url, 'fake'))
  const ended = say('Go on for ever.')
  const running = async () => {
    const { tasks } = await ask<{ tasks: { nodes: { id: string }[] } }>(
      url,
      '{ tasks(filter: { status: RUNNING }) { nodes { id } } }',
    )
    return tasks.nodes[0]?.id
  }
  let id: string | undefined
  while ((id = await running()) === undefined) await new Promise((resolve) => setTimeout(resolve, 20))
  await ask(url, `mutation { cancelTask(input: { taskId: "${id}" }) { task { id } } }`)
  expect(await ended).toMatchObject({ status: 'CANCELLED' })
  await until(() => reasons.length === 1)
  expect(reasons).toEqual(['CANCELLED'])
})

test('a signal is only a hint: it brings the next heartbeat forward, which returns the claim’s state', async () => {
  const house = await fakeHouse()
  house.server.signals = 'OPEN'
  Object.assign(house.server.queue.timers, { heartbeat: 600, claimLease: 3600, runLease: 3600 })
  const [one, other] = [house.server.queue.enqueue(), house.server.queue.enqueue()]
  const reasons: unknown[] = []
  await daemonOf(house, { run: untilStopped(reasons) }).start()
  await until(() => one.status === 'RUNNING' && other.status === 'RUNNING')
  const beats = () => house.server.inputsOf('Heartbeat').length
  // Of an earlier claim of the same task, or of a task that another daemon has.
  await until(() => house.server.signal(one.id) > 0)
  await until(() => beats() > 0)
  const before = beats()
  house.server.signal('task_99')
  one.status = 'CANCELLED'
  house.server.signal(one.id)
  await until(() => reasons.length === 1)
  expect(reasons).toEqual(['CANCELLED'])
  expect(other.status).toBe('RUNNING')
  expect(beats() - before).toBeLessThanOrEqual(2)
})

test('a broken stream is opened again', async () => {
  const house = await fakeHouse()
  Object.assign(house.server.queue.timers, { heartbeat: 600, claimLease: 3600, runLease: 3600 })
  house.server.signals = 'OPEN'
  house.server.failNext('ClaimSignals', 'CUT', 'DOWN', 'CUT')
  const task = house.server.queue.enqueue()
  const reasons: unknown[] = []
  await daemonOf(house, { run: untilStopped(reasons) }).start()
  await until(() => task.status === 'RUNNING')
  task.status = 'CANCELLED'
  await until(() => house.server.signal(task.id) > 0)
  await until(() => reasons.length === 1)
  expect(reasons).toEqual(['CANCELLED'])
})

test.each(['ENDED', 'REFUSED'] as const)('a server whose stream is %s is not flooded', async (signals) => {
  const house = await fakeHouse()
  house.server.signals = signals
  const daemon = daemonOf(house, { run: async () => undefined })
  await daemon.start()
  await until(() => house.server.inputsOf('Heartbeat').length > 40)
  const asked = house.server.requests.filter(({ name }) => name === 'ClaimSignals').length
  // Twice as long a pause each time; and a server that has no such stream is left alone.
  if (signals === 'REFUSED') expect(asked).toBe(1)
  else expect(asked).toBeLessThan(15)
  expect(daemon.logged.filter((line) => line.includes('no stream of cancellations')).length).toBeLessThanOrEqual(1)
})
