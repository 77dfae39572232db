import { expect, test } from 'vitest'
import type { RunContext } from '../../../src/daemon/client/run-claim.js'
import { daemonOf, fakeHouse, until } from './daemon-under-test.js'

async function run(priorSessionId: string | null, body: (context: RunContext) => Promise<unknown>) {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue({ priorSessionId })
  await daemonOf(house, {
    run: async (_claim, context) => {
      await body(context)
    },
  }).start()
  await until(() => task.status === 'COMPLETED')
  return house.server
}

test('without an offered session, the task is started before the run', async () => {
  let started = 0
  const server = await run(null, async () => {
    started += 1
  })
  expect(started).toBe(1)
  expect(server.inputsOf('StartTask')).toMatchObject([{ resumeResult: 'NOT_ATTEMPTED' }])
})

test('a session is pinned after the start, while the run continues', async () => {
  const server = await run(null, ({ pin }) => pin({ sessionId: 's-1', workDir: '/w' }))
  const names = server.requests.map(({ name }) => name).filter((name) => /Start|Pin|Complete/.test(name))
  expect(names).toEqual(['StartTask', 'PinTaskSession', 'CompleteTask'])
})

test('the report repeats a pinned session, so that a lost pin loses nothing', async () => {
  const server = await run(null, ({ pin }) => pin({ sessionId: 's-1', workDir: '/w' }))
  expect(server.inputsOf('CompleteTask')).toMatchObject([{ sessionId: 's-1', workDir: '/w' }])
})

test('pinning the offered session reports RESUMED', async () => {
  const server = await run('s-0', ({ pin }) => pin('s-0'))
  expect(server.inputsOf('StartTask')).toMatchObject([{ resumeResult: 'RESUMED' }])
})

test('a refused session is reported with the start', async () => {
  const server = await run('s-0', async ({ start, pin }) => {
    await start('REFUSED')
    await pin('s-1')
  })
  expect(server.inputsOf('StartTask')).toMatchObject([{ resumeResult: 'REFUSED' }])
  expect(server.inputsOf('CompleteTask')).toMatchObject([{ sessionId: 's-1' }])
})

test('the report retires a session that was refused after the start', async () => {
  const server = await run('s-0', async ({ start }) => {
    await start('RESUMED')
    await start('REFUSED')
  })
  expect(server.inputsOf('StartTask')).toHaveLength(1)
  expect(server.inputsOf('CompleteTask')).toMatchObject([{ retiredSessionId: 's-0' }])
})

test('progress arrives in order, numbered, and before the end of the task', async () => {
  const server = await run(null, async ({ progress }) => {
    for (let line = 0; line < 450; line += 1) progress(`line ${line}`)
  })
  const calls = server.inputsOf('ReportTaskProgress')
  const entries = calls.flatMap((call) => call.entries)
  expect(entries.map(({ seq, text }) => `${seq} ${text}`)).toEqual(entries.map((_, index) => `${index} line ${index}`))
  expect(entries).toHaveLength(450)
  expect(calls.length).toBeLessThan(10)
  expect(
    server.requests
      .map(({ name }) => name)
      .filter((name) => /Progress|Complete/.test(name))
      .at(-1),
  ).toBe('CompleteTask')
})
