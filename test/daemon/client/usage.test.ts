import { expect, test } from 'vitest'
import { fittingUsage, usedTogether } from '../../../src/daemon/client/usage.js'
import { daemonOf, fakeHouse, until } from './daemon-under-test.js'

test('a senseless number is left out of the usage, and the answer is accepted', () => {
  expect(fittingUsage({ inputTokens: 12.4, outputTokens: -1, cacheReadTokens: 2 ** 31, costUsd: NaN })).toEqual({
    inputTokens: 12,
  })
  expect(fittingUsage({ costUsd: 1e9, model: '', contextMax: Infinity })).toBeUndefined()
  expect(fittingUsage(null)).toBeUndefined()
})

test('the usage of a run in two parts is their sum, with the context size of the later part', () => {
  const one = { model: 'opus', inputTokens: 10, costUsd: 0.5, contextUsed: 900 }
  const other = { inputTokens: 5, outputTokens: 2, costUsd: 0.25, contextUsed: 100 }
  expect(usedTogether(one, other)).toEqual({
    model: 'opus',
    inputTokens: 15,
    outputTokens: 2,
    costUsd: 0.75,
    contextUsed: 100,
  })
  expect(usedTogether(null, other)).toEqual(other)
  expect(usedTogether(one, null)).toEqual(one)
})

test('the usage of a run is reported with its answer and with its failure', async () => {
  const house = await fakeHouse()
  const [good, bad] = [house.server.queue.enqueue(), house.server.queue.enqueue()]
  const usage = { inputTokens: 10, costUsd: 0.5 }
  await daemonOf(house, {
    run: async ({ task }) =>
      task.id === good.id ? { output: 'Done.', usage } : { failureReason: 'agent_error', error: 'No.', usage },
  }).start()
  await until(() => good.status === 'COMPLETED' && bad.status === 'FAILED')
  expect(house.server.inputsOf('CompleteTask')).toMatchObject([{ usage }])
  expect(house.server.inputsOf('FailTask')).toMatchObject([{ usage }])
})
