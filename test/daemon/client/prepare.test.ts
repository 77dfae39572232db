import { expect, test } from 'vitest'
import { daemonOf, fakeHouse } from './daemon-under-test.js'

test('remains of an earlier process are handled right after the server accepts the daemon', async () => {
  const house = await fakeHouse()
  const asked: string[][] = []
  const prepare = async () => void asked.push(house.server.requests.map(({ name }) => name))
  await daemonOf(house, { run: async () => undefined, prepare }).start()
  expect(asked).toEqual([['RegisterRuntime']])
})

test('a daemon that the server refuses changes nothing', async () => {
  const house = await fakeHouse()
  house.server.queue.revoked = true
  let prepared = false
  const prepare = async () => void (prepared = true)
  const daemon = daemonOf(house, { run: async () => undefined, prepare })
  await expect(daemon.start()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  expect(prepared).toBe(false)
})
