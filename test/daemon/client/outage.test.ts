import { expect, test } from 'vitest'
import { NoAnswer } from '../../../src/daemon/client/api-error.js'
import type { Client } from '../../../src/daemon/client/client.js'
import { tellOutages } from '../../../src/daemon/client/outage.js'
import { daemonOf, fakeHouse, until } from './daemon-under-test.js'

const AWAY = 'warn The server does not answer.'
const BACK = 'info The server answers again.'

test('an outage logs one line at its beginning and one at its end, however many calls fail', async () => {
  const house = await fakeHouse()
  const daemon = daemonOf(house, { run: async () => undefined })
  await daemon.start()
  const calls = () => house.server.requests.length
  house.server.down = true
  const before = calls()
  await until(() => calls() > before + 6)
  house.server.down = false
  await until(() => daemon.logged.some((line) => line.startsWith(BACK)))
  const told = daemon.logged.filter((line) => line.startsWith(AWAY) || line.startsWith(BACK))
  expect(told.map((line) => line.slice(0, BACK.length))).toEqual([AWAY.slice(0, BACK.length), BACK])
})

test('a long outage is logged again every ten minutes, and a new one at least a minute after the last line', async () => {
  const logged: string[] = []
  let [seconds, down] = [0, false]
  const send = async () => {
    if (down) throw new NoAnswer('It is away.')
    return {}
  }
  const client = tellOutages(
    { send } as Client,
    (_, message) => logged.push(`${seconds}: ${message}`),
    () => seconds * 1000,
  )
  const at = async (when: number, isDown: boolean) => {
    ;[seconds, down] = [when, isDown]
    await client.send('ServerTimers', {}).catch(() => undefined)
  }
  for (const when of [100, 130, 699, 701]) await at(when, true)
  await at(710, false)
  for (const when of [720, 750]) await at(when, true)
  await at(755, false)
  await at(800, true)
  await at(801, false)
  expect(logged.map((line) => line.slice(0, 29))).toEqual([
    '100: The server does not answ',
    '701: The server does not answ',
    '710: The server answers again',
    '800: The server does not answ',
    '801: The server answers again',
  ])
})

test('the log has each task’s claim with its decision, and its end', async () => {
  const house = await fakeHouse()
  const [good, bad] = [house.server.queue.enqueue(), house.server.queue.enqueue()]
  const daemon = daemonOf(house, {
    run: async ({ task }) => {
      if (task.id === bad.id) throw new Error('It broke.')
      return 'private answer'
    },
  })
  await daemon.start()
  await until(() => good.status === 'COMPLETED' && bad.status === 'FAILED')
  const of = (id: string) => daemon.logged.filter((line) => line.includes(id))
  expect(of(good.id)).toEqual([
    expect.stringMatching(/^info Claimed\. .*"outcome":"FRESH","reason":"NO_PRIOR_SESSION"/),
    expect.stringMatching(/^info Completed\. .*"afterSeconds":\d+/),
  ])
  expect(of(bad.id)).toEqual([
    expect.stringMatching(/^info Claimed\. /),
    expect.stringMatching(/^info Failed\. .*"failureReason":"agent_error"/),
  ])
})
