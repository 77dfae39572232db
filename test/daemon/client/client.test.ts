import { expect, test } from 'vitest'
import { createClient } from '../../../src/daemon/client/client.js'
import { backoffMs } from '../../../src/daemon/client/until-answered.js'
import { fakeHouse } from './daemon-under-test.js'

const input = { taskId: 'task_1', claimToken: 'nobody' }

async function sendWith(answer: () => Response | Promise<Response>): Promise<unknown> {
  const client = createClient({
    url: 'http://server.invalid/graphql',
    token: 'secret-token',
    fetch: async () => answer(),
  })
  return client.send('StartTask', { input }).catch((error: unknown) => error)
}

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })

test('a refusal has its code, its fields and its HTTP status', async () => {
  const fields = [{ path: 'input.taskId', message: 'No such id.' }]
  const errors = [{ message: 'Look again.', extensions: { code: 'BAD_USER_INPUT', fields } }]
  expect(await sendWith(() => json({ errors }))).toMatchObject({ name: 'ApiError', code: 'BAD_USER_INPUT', fields })
  const ended = [{ message: 'Too late.', extensions: { code: 'ILLEGAL_TRANSITION', status: 'CANCELLED' } }]
  expect(await sendWith(() => json({ errors: ended }))).toMatchObject({
    code: 'ILLEGAL_TRANSITION',
    status: 'CANCELLED',
  })
})

test.each(['localhost:4000', 'baton.example.com', ''])('%j is refused at once as the address of a server', (url) => {
  expect(() => createClient({ url, token: 't' })).toThrow('The address must begin with http:// or https://')
})

test('a status of 5xx without an answer counts as no answer, one of 4xx as a refusal', async () => {
  expect(await sendWith(() => new Response('away', { status: 502 }))).toMatchObject({ name: 'NoAnswer' })
  expect(await sendWith(() => new Response('too many', { status: 429 }))).toMatchObject({ name: 'NoAnswer' })
  expect(await sendWith(() => new Response('no such page', { status: 404 }))).toMatchObject({ code: 'HTTP_404' })
})

test('an HTML page counts as no answer', async () => {
  const page = () => new Response('<html>', { status: 200, headers: { 'content-type': 'text/html' } })
  expect(await sendWith(page)).toMatchObject({ name: expect.stringMatching(/NoAnswer|ApiError/) as string })
})

test('no error contains the token', async () => {
  const thrown = await sendWith(() =>
    Promise.reject(new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })),
  )
  expect(thrown).toMatchObject({ name: 'NoAnswer', message: 'The server did not answer: ECONNREFUSED' })
  const refused = await sendWith(() => json({ errors: [{ message: 'No.', extensions: { code: 'FORBIDDEN' } }] }))
  for (const error of [thrown, refused]) {
    expect(`${JSON.stringify(error)} ${(error as Error).stack} ${String((error as Error).cause)}`).not.toContain(
      'secret-token',
    )
  }
})

test('a call gives up on an answer that takes too long', async () => {
  const { server } = await fakeHouse()
  const never = () => new Promise<Response>(() => undefined)
  const client = createClient({
    url: server.url,
    token: 't',
    fetch: (_input, init) =>
      Promise.race([
        never(),
        new Promise<Response>((_, reject) =>
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error)),
        ),
      ]),
  })
  await expect(client.send('StartTask', { input }, { timeoutMs: 20 })).rejects.toThrow(/No answer within 0.02 s/)
})

test('pauses between retries double up to half a minute, and spread', () => {
  expect([0, 1, 2, 3].map((attempt) => backoffMs(attempt, 1))).toEqual([200, 400, 800, 1600])
  expect(backoffMs(5, 0)).toBe(backoffMs(5, 1) / 2)
  expect(backoffMs(1000, 1)).toBe(30_000)
})

test.each([
  ['http://server.invalid', 'http://server.invalid/graphql'],
  ['http://server.invalid:4000/', 'http://server.invalid:4000/graphql'],
  ['https://server.invalid/teams/baton/graphql', 'https://server.invalid/teams/baton/graphql'],
])('the server at %s is asked at %s', async (url, endpoint) => {
  const asked: string[] = []
  const fetched = async (where: unknown) => {
    asked.push(String(where))
    return json({ data: { startTask: { task: { id: 'task_1', status: 'RUNNING' } } } })
  }
  await createClient({ url, token: 't', fetch: fetched }).send('StartTask', { input })
  expect(asked).toEqual([endpoint])
})
