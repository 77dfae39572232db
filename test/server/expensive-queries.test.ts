import { parse } from 'graphql'
import type { ExecutionResult } from 'graphql'
import { beforeAll, describe, expect, it } from 'vitest'
import { Loaders } from '../../src/graphql/loaders/loaders.js'
import { COST_OF_A_REQUEST, ExpensiveQueries } from '../../src/server/operations/expensive-queries.js'
import { RateLimited } from '../../src/server/access/rate-limits.js'
import type { Services } from '../../src/use-cases/services/services.js'
import { answerOf, requestGraphQL } from '../support/graphql-request.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'

const document = parse('{ viewer { kind } }')

/** Queries of two tokens, and what became of each. */
function queries() {
  const expensive = new ExpensiveQueries()
  const begun: string[] = []
  const charged: number[] = []
  const ends = new Map<string, () => void>()
  /** Begun, and left to go on. */
  const begin = (...asked: Parameters<typeof run>): void => {
    run(...asked).catch(() => undefined)
  }
  const run = (
    token: string,
    name: string,
    { cost = COST_OF_A_REQUEST, isGone = false, charge = async (n: number) => void charged.push(n) } = {},
  ): Promise<ExecutionResult> => {
    const loaders = new Loaders({} as Services, '', token)
    const contextValue = { caller: { tokenId: token }, loaders, charge, asker: { isGone } }
    return expensive.run({ document, contextValue }, cost, () => {
      begun.push(name)
      return new Promise((resolve) => ends.set(name, () => resolve({ data: { name } })))
    })
  }
  return { run, begin, begun, charged, end: (name: string) => ends.get(name)?.() }
}

/** Until all that can go on has gone on. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('expensive queries', () => {
  it('run one at a time, by token in turn', async () => {
    const { begin, begun, end } = queries()
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1']) begin(name.slice(0, 1), name)
    await settled()
    expect(begun).toEqual(['a1'])
    for (const name of ['a1', 'a2', 'b1', 'a3']) {
      end(name)
      await settled()
    }
    expect(begun).toEqual(['a1', 'a2', 'b1', 'a3', 'a4'])
  })

  it('do not delay cheap ones', async () => {
    const { begin, begun } = queries()
    for (const name of ['a1', 'a2', 'a3']) begin('a', name)
    begin('a', 'cheap', { cost: COST_OF_A_REQUEST - 1 })
    await settled()
    expect(begun).toEqual(['cheap', 'a1'])
  })

  it('are charged their cost in requests, and do not run without enough budget', async () => {
    const { run, begin, begun, charged } = queries()
    begin('a', 'a1', { cost: 10 * COST_OF_A_REQUEST + 1 })
    await settled()
    expect(charged).toEqual([10])
    const refused = await run('a', 'a2', { charge: () => Promise.reject(new RateLimited(7)) })
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 7 })
    expect(begun).toEqual(['a1'])
  })

  it('do not run for a disconnected client', async () => {
    const { run, begun } = queries()
    expect(await run('a', 'a1', { isGone: true })).toEqual({ data: null })
    expect(begun).toEqual([])
  })

  it('are refused for a token with too many waiting ones, and for no other', async () => {
    const { run, begin } = queries()
    for (let n = 0; n < 52; n++) begin('a', `a${n}`)
    await settled()
    expect((await run('a', 'one more')).errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED' })
    const other = run('b', 'b1')
    expect(await Promise.race([other, settled().then(() => 'waits')])).toBe('waits')
  })
})

describe('over HTTP', () => {
  let server: ServerProcess

  beforeAll(async () => {
    server = await startServer({ env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN, BATON_RATE_LIMIT_OTHERS: '20' } })
  })

  async function viewer(): Promise<string> {
    const { data } = await requestGraphQL(
      server.url,
      ADMIN_TOKEN,
      'mutation { createToken(input: { name: "x", kind: VIEWER }) { secret } }',
    )
    return (data as { createToken: { secret: string } }).createToken.secret
  }

  async function ask(token: string, query: string) {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    })
    return { ...(await answerOf(response)), retryAfter: response.headers.get('retry-after') }
  }

  /** 45,011 in cost: 90 requests, where a burst is 180. */
  const PAGES = `{ ${Array.from({ length: 9 }, (_, n) => `p${n}: sessionEvents(first: 1000) { id position type data actor }`).join(' ')} }`

  it('a token is charged the cost of its queries, and learns when to ask again', async () => {
    const token = await viewer()
    const answers = []
    for (let n = 0; n < 3; n++) answers.push(await ask(token, PAGES))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429])
    expect(answers[2]).toMatchObject({
      retryAfter: '1',
      errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 1 } }],
    })
    // What costs little is within the rate of a second.
    await expect.poll(async () => (await ask(token, '{ viewer { kind } }')).status).toBe(200)
  })

  it('a query that costs more than a burst runs with a full budget', async () => {
    const small = await startServer({ env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN, BATON_RATE_LIMIT_OTHERS: '2' } })
    const response = await fetch(`${small.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
      body: JSON.stringify({ query: PAGES }),
    })
    expect(response.status).toBe(200)
  })
})
