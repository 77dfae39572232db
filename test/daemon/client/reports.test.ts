import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { daemonOf, fakeHouse, until } from './daemon-under-test.js'

test('the return value of a run completes its task', async () => {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue()
  const run = async () => ({ output: 'Done.', result: { lines: 3 }, sessionId: 's-1', workDir: '/w' })
  await daemonOf(house, { run }).start()
  await until(() => task.status === 'COMPLETED')
  expect(house.server.inputsOf('CompleteTask')).toEqual([
    {
      taskId: task.id,
      claimToken: 'token_1',
      output: 'Done.',
      result: { lines: 3 },
      sessionId: 's-1',
      workDir: '/w',
    },
  ])
})

test('an error that a run throws fails its task', async () => {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue()
  await daemonOf(house, { run: () => Promise.reject(new Error('Out of ideas.')) }).start()
  await until(() => task.status === 'FAILED')
  expect(house.server.inputsOf('FailTask')).toMatchObject([{ failureReason: 'agent_error', error: 'Out of ideas.' }])
})

test('a report is repeated with the same claim token until the server answers', async () => {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue()
  house.server.failNext('CompleteTask', 'DOWN', 'CUT', 'LOST')
  await daemonOf(house, { run: async () => 'Done.' }).start()
  await until(() => house.server.inputsOf('CompleteTask').length === 4)
  expect(task.status).toBe('COMPLETED')
  expect(new Set(house.server.inputsOf('CompleteTask').map(({ claimToken }) => claimToken))).toEqual(
    new Set(['token_1']),
  )
  await until(() => house.server.inputsOf('ClaimTasks').length > 3)
  expect(house.server.inputsOf('CompleteTask')).toHaveLength(4)
})

test('an unanswered start is sent again before the end of the run', async () => {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue({ priorSessionId: 's-0' })
  house.server.failNext('StartTask', 'CUT')
  const run = async (_claim: unknown, { start }: { start: (how: 'REFUSED') => Promise<void> }) => {
    // Not awaited: the run ends while the start is still on its way.
    start('REFUSED').catch(() => undefined)
    return 'Done.'
  }
  await daemonOf(house, { run }).start()
  await until(() => task.status === 'COMPLETED')
  expect(house.server.inputsOf('StartTask').at(-1)).toMatchObject({ resumeResult: 'REFUSED', claimToken: 'token_1' })
})

test('the next process reports a finished run before it recovers orphans', async () => {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue()
  const first = daemonOf(house, {
    run: async () => {
      house.server.down = true
      return 'Done.'
    },
  })
  await first.start()
  await expect
    .poll(() => readFile(house.outboxFile, 'utf8').catch(() => ''), { timeout: 30_000 })
    .toContain('CompleteTask')

  // The first process is as good as dead: its server is gone for ever, the second has its outbox.
  const { outboxFile } = house
  house.server.down = false
  const second = daemonOf({ server: house.server, outboxFile }, { run: async () => undefined })
  await second.start()
  expect(task.status).toBe('COMPLETED')
  expect(house.server.queue.recoveredAfter).toEqual(['COMPLETED'])
})

test('a report that the server refuses permanently is not kept', async () => {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue()
  const daemon = daemonOf(house, {
    run: async () => {
      task.claimToken = 'token of somebody else'
      return 'Done.'
    },
  })
  await daemon.start()
  await until(() => daemon.logged.some((line) => line.includes('refused the report')))
  await expect.poll(() => readFile(house.outboxFile, 'utf8')).toBe('{"format":1,"reports":[]}')
})

test('a report is kept for the next start if the token is revoked', async () => {
  const house = await fakeHouse()
  house.server.queue.enqueue()
  const daemon = daemonOf(house, {
    run: async () => {
      house.server.queue.revoked = true
      return 'Done.'
    },
  })
  await daemon.start()
  await expect(daemon.stopped).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  expect(JSON.parse(await readFile(house.outboxFile, 'utf8'))).toMatchObject({ reports: [{ name: 'CompleteTask' }] })
})

test('output over the limit of the server is cut at a whole character', async () => {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue()
  await daemonOf(house, { run: async () => `.${'€'.repeat(500_000)}` }).start()
  await until(() => task.status === 'COMPLETED')
  const output = house.server.inputsOf('CompleteTask')[0]?.output ?? ''
  expect(Buffer.byteLength(output)).toBeLessThanOrEqual(1_000_000)
  expect(output.slice(-30)).toMatch(/^€+\n\[cut: 1500001 bytes\]$/)
})

test.each([
  ['UTF-16 as a program writes it', Buffer.from('a line of a log\n'.repeat(60_000), 'utf16le').toString(), 960_000],
  ['control characters', '\u001b'.repeat(900_000), 900_000],
  ['halves of characters', '\ud800'.repeat(900_000), 1_000_000],
])('an output of %s is measured as text, without JSON escapes', async (_what, output, bytes) => {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue()
  await daemonOf(house, { run: async () => ({ output, result: { log: 'x'.repeat(1_100_000) } }) }).start()
  await until(() => task.status === 'COMPLETED')
  const [input] = house.server.inputsOf('CompleteTask')
  // A whole character is left out where part of it would not fit.
  expect(Math.abs(Buffer.byteLength(input?.output ?? '') - bytes)).toBeLessThan(4)
  expect(input?.result).toEqual({ leftOut: expect.stringContaining('1100010 bytes') as string })
})

test.each(['PAYLOAD_TOO_LARGE', 'BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED'])(
  'an answer that meets %s fails its task, and the failure names the file that keeps the answer',
  async (code) => {
    const house = await fakeHouse()
    const task = house.server.queue.enqueue()
    house.server.queue.refuseAnswers = code
    await daemonOf(house, { run: async () => 'The answer.' }).start()
    await until(() => task.status === 'FAILED')
    const [failure] = house.server.inputsOf('FailTask')
    const file = join(`${house.outboxFile}.undelivered`, `${task.id}.json`)
    expect(failure).toMatchObject({ failureReason: 'result_not_accepted' })
    expect(failure?.error).toContain(`The daemon stored it in ${file}.`)
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ input: { output: 'The answer.' } })
  },
)

test('an answer for a lost claim is kept in a file, and the log names the file', async () => {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue()
  house.server.queue.refuseAnswers = 'STALE_CLAIM'
  const daemon = daemonOf(house, { run: async () => 'The answer.' })
  await daemon.start()
  const file = join(`${house.outboxFile}.undelivered`, `${task.id}.json`)
  await until(() => daemon.logged.some((line) => line.includes(file)))
  expect(await readFile(file, 'utf8')).toContain('The answer.')
  await expect.poll(() => readFile(house.outboxFile, 'utf8')).toBe('{"format":1,"reports":[]}')
})

test('an answer is kept for the next start if the token belongs to another daemon', async () => {
  const house = await fakeHouse()
  house.server.queue.enqueue()
  house.server.queue.refuseAnswers = 'FORBIDDEN'
  const daemon = daemonOf(house, { run: async () => 'The answer.' })
  await daemon.start()
  await until(() => daemon.logged.some((line) => line.includes('kept for the next start')))
  expect(await readFile(house.outboxFile, 'utf8')).toContain('The answer.')
})

test.each([
  ['input.entries', 1, 'The server accepts no more progress of this run'],
  ['input.entries.0.kind', 3, 'The server did not accept progress entries.'],
])('progress that is refused for %s is sent %i times, and the answer arrives', async (path, times, words) => {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue()
  house.server.queue.refuseProgress = path
  let told = 0
  const logged = () => daemon.logged.filter((line) => line.includes('rogress'))
  const daemon = daemonOf(house, {
    run: async (_claim, { progress }) => {
      for (; told < 3; told++) {
        progress(`line ${told}`)
        await until(() => logged().length > Math.min(told, times - 1))
      }
      return 'The answer.'
    },
  })
  await daemon.start()
  await until(() => task.status === 'COMPLETED')
  expect(logged()).toHaveLength(times)
  expect(logged()[0]).toContain(words)
  expect(house.server.inputsOf('ReportTaskProgress')).toHaveLength(times)
  expect(house.server.inputsOf('CompleteTask')).toMatchObject([{ output: 'The answer.' }])
})

test('the log contains no token and no output', async () => {
  const house = await fakeHouse()
  const task = house.server.queue.enqueue()
  house.server.failNext('CompleteTask', 'DOWN')
  house.server.failNext('ClaimTasks', 'CUT')
  const daemon = daemonOf(house, { run: async () => 'private answer' })
  await daemon.start()
  await until(() => task.status === 'COMPLETED')
  expect(daemon.logged.length).toBeGreaterThan(2)
  expect(daemon.logged.join()).not.toMatch(/secret-token|token_1|private answer/)
})
