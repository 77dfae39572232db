import { beforeAll, describe, expect, it } from 'vitest'
import { createSender } from '../../src/daemon/client/client.js'
import { untilAnswered } from '../../src/daemon/client/until-answered.js'
import { answerOf } from '../support/graphql-request.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'

const WHO = '{ viewer { kind } }'
/** Ten times the budget of a second. */
const OTHERS = 10
const DAEMONS = 20

let server: ServerProcess
let daemon: string

beforeAll(async () => {
  server = await startServer({
    env: {
      BATON_ADMIN_TOKEN: ADMIN_TOKEN,
      BATON_RATE_LIMIT_OTHERS: '1',
      BATON_RATE_LIMIT_DAEMON: '2',
      BATON_RATE_LIMIT_FAILURES: '3',
      BATON_TRUST_PROXY: '1',
    },
  })
  daemon = await newToken('DAEMON', 'daemonId: "d"')
})

/** Waits where this file's other tests have used up the admin's budget. */
async function newToken(kind: string, more = ''): Promise<string> {
  const asked = `mutation { createToken(input: { name: "x", kind: ${kind} ${more} }) { secret } }`
  const { data } = await untilAnswered(() =>
    createSender<{ Make: { result: { createToken: { secret: string } }; variables: object } }>(
      { Make: asked },
      { url: `${server.url}/graphql`, token: ADMIN_TOKEN },
    )
      .send('Make', {})
      .then((data) => ({ data })),
  )
  return data.createToken.secret
}

async function ask(headers: Record<string, string>) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: WHO }),
  })
  return { ...(await answerOf(response)), retryAfter: response.headers.get('retry-after') }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

function atOnce(times: number, headers: Record<string, string>) {
  return Promise.all(Array.from({ length: times }, () => ask(headers)))
}

/** How many of so many at once were answered. */
async function passed(times: number, headers: Record<string, string>): Promise<number> {
  return (await atOnce(times, headers)).filter(({ status }) => status === 200).length
}

describe('a token', () => {
  it('has a burst of ten times its rate, and then learns when to ask again', async () => {
    const viewer = await newToken('VIEWER')
    const answers = await atOnce(3 * OTHERS, bearer(viewer))
    const count = answers.filter(({ status }) => status === 200).length
    // A burst that a second ends in has that second's share as well.
    expect(count).toBeGreaterThanOrEqual(OTHERS)
    expect(count).toBeLessThan(2 * OTHERS)
    expect(answers.find(({ status }) => status !== 200)).toMatchObject({
      status: 429,
      retryAfter: '1',
      data: null,
      errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 1 } }],
    })
    expect(await passed(1, bearer(daemon))).toBe(1)
  })

  it('of a daemon has the budget of daemons', async () => {
    const other = await newToken('DAEMON', 'daemonId: "other"')
    const count = await passed(3 * DAEMONS, bearer(other))
    expect(count).toBeGreaterThanOrEqual(DAEMONS)
    expect(count).toBeLessThan(2 * DAEMONS)
  })

  it('that is limited is accepted again after the given time', async () => {
    const viewer = await newToken('VIEWER')
    await passed(3 * OTHERS, bearer(viewer))
    const sender = createSender<{ Who: { result: object; variables: object } }>(
      { Who: WHO },
      { url: `${server.url}/graphql`, token: viewer },
    )
    const refusals: unknown[] = []
    const send = async () => {
      try {
        await sender.send('Who', {})
      } catch (error) {
        refusals.push(error)
        throw error
      }
    }
    // One of them is too many for the second in which they come.
    await Promise.all([1, 2, 3].map(() => untilAnswered(send)))
    expect(refusals.length).toBeGreaterThan(0)
    expect(refusals).toEqual(
      refusals.map(() => expect.objectContaining({ code: 'RATE_LIMITED', retryAfterSeconds: 1 }) as unknown),
    )
  })
})

describe('wrong tokens', () => {
  const from = (address: string) => ({ 'x-forwarded-for': `10.0.0.1, ${address}` })

  it('are limited per minute and address, without effect on other addresses', async () => {
    const there = { ...from('203.0.113.7'), ...bearer('baton_guess') }
    const codes: unknown[] = []
    for (let time = 0; time < 4; time += 1) codes.push((await ask(there)).errors[0]?.extensions['code'])
    expect(codes).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED', 'UNAUTHENTICATED', 'RATE_LIMITED'])
    const right = await newToken('VIEWER')
    expect(await ask({ ...from('203.0.113.7'), ...bearer(right) })).toMatchObject({ status: 429 })
    expect(await ask({ ...from('203.0.113.8'), ...bearer(right) })).toMatchObject({ status: 200 })
  })

  it('do not lock out tokens that were accepted before', async () => {
    const before = await newToken('VIEWER')
    expect(await ask({ ...from('203.0.113.9'), ...bearer(before) })).toMatchObject({ status: 200 })
    for (let time = 0; time < 4; time += 1) await ask({ ...from('203.0.113.9'), ...bearer('baton_guess') })
    expect(await ask({ ...from('203.0.113.9'), ...bearer(before) })).toMatchObject({ status: 200 })
  })

  it('also count for their address at /metrics', async () => {
    const scrape = async (address: string, token: string): Promise<number> =>
      (await fetch(`${server.url}/metrics`, { headers: { ...from(address), ...bearer(token) } })).status
    const statuses: number[] = []
    for (let time = 0; time < 4; time += 1) statuses.push(await scrape('203.0.113.20', 'baton_guess'))
    expect(statuses).toEqual([401, 401, 401, 429])
    expect(await ask({ ...from('203.0.113.20'), ...bearer('baton_guess') })).toMatchObject({ status: 429 })
    expect(await scrape('203.0.113.21', 'baton_guess')).toBe(401)
  })

  it('count for a whole IPv6 network', async () => {
    for (const n of [1, 2, 3]) await ask({ ...from(`2001:db8:0:1::${n}`), ...bearer('baton_guess') })
    const more = await ask({ ...from('2001:db8:0:1:ffff::4'), ...bearer('baton_guess') })
    expect(more).toMatchObject({ status: 429, errors: [{ extensions: { code: 'RATE_LIMITED' } }] })
  })
})

describe('callers without a token', () => {
  it('share a budget by their address', async () => {
    const count = await passed(3 * OTHERS, { 'x-forwarded-for': '198.51.100.1' })
    expect(count).toBeLessThan(2 * OTHERS)
    expect(await passed(1, { 'x-forwarded-for': '198.51.100.2' })).toBe(1)
  })
})

it('0 turns each limit off', async () => {
  server = await startServer({
    env: {
      BATON_ADMIN_TOKEN: ADMIN_TOKEN,
      BATON_RATE_LIMIT_OTHERS: '0',
      BATON_RATE_LIMIT_DAEMON: '0',
      BATON_RATE_LIMIT_FAILURES: '0',
    },
  })
  expect(await passed(1_100, bearer('baton_guess'))).toBe(1_100)
})
