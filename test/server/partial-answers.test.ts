import { beforeAll, describe, expect, it } from 'vitest'
import { Unavailable } from '../../src/database/unavailable.js'
import { InternalErrors } from '../../src/server/operations/internal-errors.js'
import { openLog } from '../../src/server/observing/log.js'
import { requestGraphQL } from '../support/graphql-request.js'
import { at, textAt } from '../support/graphql.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'

const TEXT = 'x'.repeat(900_000)
/** Together more than an answer may hold. */
const PAGES = Array.from({ length: 40 }, (_, n) => `p${n}: messages(first: ${n + 1}) { nodes { content } }`).join(' ')

let server: ServerProcess
let runtimeId: string
let agentId: string
let chatId: string

beforeAll(async () => {
  server = await startServer({ env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN } })
  const made = async (call: string, path: string): Promise<string> => textAt(await asAdmin(call), path)
  runtimeId = await made(
    'registerRuntime(input: { daemonId: "d", provider: "p" }) { runtime { id } }',
    'registerRuntime.runtime.id',
  )
  agentId = await made(
    `createAgent(input: { name: "A", runtimeId: "${runtimeId}", maxConcurrentTasks: 50 }) { agent { id } }`,
    'createAgent.agent.id',
  )
  // Elsewhere, so that its turns are not what is claimed.
  const elsewhere = await made(
    'registerRuntime(input: { daemonId: "e", provider: "p" }) { runtime { id } }',
    'registerRuntime.runtime.id',
  )
  const writer = await made(
    `createAgent(input: { name: "B", runtimeId: "${elsewhere}" }) { agent { id } }`,
    'createAgent.agent.id',
  )
  chatId = await made(
    `createChatSession(input: { agentId: "${writer}" }) { chatSession { id } }`,
    'createChatSession.chatSession.id',
  )
})

const send = (mutations: string) => requestGraphQL(server.url, ADMIN_TOKEN, `mutation { ${mutations} }`)

async function asAdmin(call: string): Promise<unknown> {
  const { data, errors } = await send(call)
  expect(errors).toEqual([])
  return data
}

let issue = 0
/** A task that waits, in a conversation of its own. */
const enqueue = () =>
  asAdmin(`enqueueTask(input: { agentId: "${agentId}", issueKey: "I-${issue++}", prompt: "x" }) { task { id } }`)

const CLAIM = () =>
  `claim: claimTask(input: { runtimeId: "${runtimeId}" }) { ... on TaskClaim { claimToken task { status } } }`
const REFUSED = 'refused: cancelTask(input: { taskId: "task_01h2xcejqtf2nbrexx3vqjhp41" }) { task { id } }'

describe('if one of two mutations in a request is refused', () => {
  // From the fourth time on, the same text is answered by compiled code, around the pipeline.
  it.each([
    ['the claim first', () => `${CLAIM()} ${REFUSED}`],
    ['the claim last', () => `${REFUSED} ${CLAIM()}`],
  ])('the other’s answer arrives, such as a claim with its token: %s', async (_order, mutations) => {
    for (let run = 0; run < 5; run++) {
      await enqueue()
      const { status, data, errors } = await send(mutations())
      expect(status).toBe(200)
      expect(data).toEqual({
        claim: { claimToken: expect.any(String) as unknown, task: { status: 'CLAIMED' } },
        refused: null,
      })
      expect(errors).toMatchObject([{ path: ['refused'], extensions: { code: 'NOT_FOUND' } }])
    }
  })
})

describe('if the answers of mutations exceed the size of a response', () => {
  beforeAll(async () => {
    for (let n = 0; n < 4; n++) {
      await asAdmin(`sendChatMessage(input: { chatSessionId: "${chatId}", content: "${TEXT}" }) { task { id } }`)
    }
  })

  const large = () =>
    `large: updateChatSession(input: { chatSessionId: "${chatId}", title: "U" }) { chatSession { ${PAGES} } }`

  it('the earlier ones arrive, and later mutations are not carried out', async () => {
    await enqueue()
    await enqueue()
    const { status, data, errors } = await send(`${CLAIM()} ${large()} later: ${CLAIM().slice('claim: '.length)}`)
    expect(status).toBe(200)
    expect(at(data, 'claim.claimToken')).toEqual(expect.any(String))
    expect(at(data, 'large')).toBeNull()
    expect(at(data, 'later')).toBeNull()
    expect(errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX' } }])
    const { data: next } = await send(CLAIM())
    expect(at(next, 'claim.claimToken')).toEqual(expect.any(String))
  })
})

describe('a failure with its own HTTP status', () => {
  const settled = (data: Record<string, unknown>) => {
    const internalErrors = new InternalErrors(openLog('silent'))
    const error = internalErrors.mask(new Unavailable('The database is away.'))
    internalErrors.settle({ data, errors: [error] }, 'request-1')
    return error.extensions
  }

  it('sets the status of an answer without data only', () => {
    expect(settled({ a: null })).toMatchObject({ code: 'UNAVAILABLE', http: { status: 503 } })
    const beside = settled({ a: null, claim: { claimToken: 'token' } })
    expect(beside).toMatchObject({ code: 'UNAVAILABLE', retryAfterSeconds: 1 })
    expect(beside).not.toHaveProperty('http')
  })
})
