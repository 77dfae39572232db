import { expect, test } from 'vitest'
import { daemonOf, fakeHouse, until } from './daemon-under-test.js'

const idle = async () => undefined

test('heartbeats report another account until the server has taken it', async () => {
  const house = await fakeHouse()
  let account: string | null = 'used-up'
  const providers = [{ provider: 'fake', account: 'used-up' }, 'other']
  const accountOf = async (provider: string) => (provider === 'fake' ? account : null)
  await daemonOf(house, { run: idle, providers, accountOf }).start()
  await until(() => house.server.inputsOf('Heartbeat').length >= 2)
  expect(house.server.inputsOf('Heartbeat').some(({ accounts }) => accounts != null)).toBe(false)
  // Whoever has signed out has no other account yet.
  account = null
  const before = house.server.inputsOf('Heartbeat').length
  await until(() => house.server.inputsOf('Heartbeat').length >= before + 2)
  account = 'fresh'
  house.server.failNext('Heartbeat', 'DOWN', 'DOWN')
  const told = () => house.server.inputsOf('Heartbeat').filter(({ accounts }) => accounts != null)
  await until(() => told().length > 0 && house.server.inputsOf('Heartbeat').at(-1)?.accounts == null)
  expect(told().every(({ accounts }) => accounts?.[0]?.account === 'fresh' && accounts.length === 1)).toBe(true)
  expect(told()[0]?.accounts).toEqual([{ runtimeId: 'rt_fake', account: 'fresh' }])
})

test('a heartbeat is sent even if a login cannot be read', async () => {
  const house = await fakeHouse()
  await daemonOf(house, { run: idle, accountOf: () => Promise.reject(new Error('No such file.')) }).start()
  await until(() => house.server.inputsOf('Heartbeat').length >= 2)
  expect(house.server.inputsOf('Heartbeat').every(({ accounts }) => accounts === undefined)).toBe(true)
})
