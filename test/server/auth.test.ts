import { expect, it, vi } from 'vitest'
import { Authenticator } from '../../src/server/access/auth.js'
import type { Caller } from '../../src/use-cases/calls/caller.js'
import { SettableClock } from '../support/services.js'

const CALLER: Caller = { workspaceId: 'ws_1', tokenId: 'tok_1', name: 'A daemon', kind: 'DAEMON', daemonId: 'd1' }

function setUp() {
  const clock = new SettableClock()
  const valid = new Map([['good', CALLER]])
  const authenticate = vi.fn(async (secret: string) => valid.get(secret) ?? null)
  return { clock, valid, authenticate, authenticator: new Authenticator({ authenticate, clock }) }
}

it.each([undefined, '', 'good', 'Basic good', 'Bearer', 'Bearer ', 'Bearer a b', 'Bearer bad'])(
  'the Authorization header %j is refused',
  async (authorization) => {
    const { authenticator } = setUp()
    expect(await authenticator.caller(authorization)).toBeNull()
  },
)

it.each(['Bearer good', 'bearer good', 'BEARER   good '])(
  'the Authorization header %j is accepted',
  async (authorization) => {
    const { authenticator } = setUp()
    expect(await authenticator.caller(authorization)).toBe(CALLER)
  },
)

it('a token in constant use is looked up once in two and a half seconds', async () => {
  const { authenticator, authenticate, clock } = setUp()
  for (let second = 0; second < 10; second++) {
    await authenticator.caller('Bearer good')
    await authenticator.caller('Bearer good')
    clock.pass(1)
  }
  // The clock passes whole seconds: at 0, 3, 6 and 9.
  expect(authenticate).toHaveBeenCalledTimes(4)
})

it('a token that was revoked elsewhere is refused after two and a half seconds', async () => {
  const { authenticator, valid, clock } = setUp()
  await authenticator.caller('Bearer good')
  valid.delete('good')
  clock.pass(2.5)
  expect(await authenticator.caller('Bearer good')).toBeNull()
})

it('a token that was revoked here is refused at once', async () => {
  const { authenticator, valid } = setUp()
  await authenticator.caller('Bearer good')
  valid.delete('good')
  authenticator.forgetAll()
  expect(await authenticator.caller('Bearer good')).toBeNull()
})

it('a look-up that was running when its token was revoked is not cached', async () => {
  const { authenticator, authenticate } = setUp()
  let answer: (caller: Caller) => void = () => undefined
  authenticate.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)))
  const early = authenticator.caller('Bearer good')
  authenticator.forgetAll()
  answer(CALLER)
  await early
  await authenticator.caller('Bearer good')
  expect(authenticate).toHaveBeenCalledTimes(2)
})

it('an unknown token is not cached: it works as soon as it exists', async () => {
  const { authenticator, valid } = setUp()
  expect(await authenticator.caller('Bearer new')).toBeNull()
  valid.set('new', CALLER)
  expect(await authenticator.caller('Bearer new')).toBe(CALLER)
})

it('a limited number of callers is cached, the latest ones', async () => {
  const { authenticator, valid, authenticate } = setUp()
  for (let n = 0; n < 2001; n++) {
    valid.set(`t${n}`, CALLER)
    await authenticator.caller(`Bearer t${n}`)
  }
  authenticate.mockClear()
  await authenticator.caller('Bearer t2000')
  expect(authenticate).not.toHaveBeenCalled()
  await authenticator.caller('Bearer t0')
  expect(authenticate).toHaveBeenCalledWith('t0')
})

it('a token is refused once it expires, even if it was just used', async () => {
  const { authenticator, valid, clock } = setUp()
  const expiresAt = new Date(clock.now().getTime() + 2_000)
  valid.set('brief', { ...CALLER, expiresAt })
  expect(await authenticator.caller('Bearer brief')).toMatchObject({ expiresAt })
  clock.pass(1)
  expect(await authenticator.caller('Bearer brief')).not.toBeNull()
  // The database would say so from now on.
  valid.delete('brief')
  clock.pass(1)
  expect(await authenticator.caller('Bearer brief')).toBeNull()
})
