import { readFileSync } from 'node:fs'
import { beforeAll, expect, it } from 'vitest'
import { describeWherePossible } from '../support/describe-where-possible.js'
import { requestGraphQL } from '../support/graphql-request.js'
import { at, textAt } from '../support/graphql.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'

const MB = 1024 * 1024
const MESSAGES = 34
/** What an answer may hold, some times over. All that is asked for is forty times as much. */
const MOST_GROWTH = 400 * MB
const PAGES = Array.from({ length: 20 }, (_, n) => `p${n}: messages(first: ${n + 14}) { nodes { content } }`).join(' ')

const obstacle = process.platform === 'linux' ? null : 'only Linux tells how much memory a process has had at most.'

describeWherePossible(obstacle, 'texts that exceed the size of an answer', () => {
  let server: ServerProcess
  let chatId: string
  let viewer: string

  const asAdmin = async (query: string): Promise<unknown> => {
    const { data, errors } = await requestGraphQL(server.url, ADMIN_TOKEN, query)
    expect(errors).toEqual([])
    return data
  }

  beforeAll(async () => {
    server = await startServer({ env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN } })
    const made = async (call: string, path: string): Promise<string> =>
      textAt(await asAdmin(`mutation { ${call} }`), path)
    viewer = await made('createToken(input: { name: "V", kind: VIEWER }) { secret }', 'createToken.secret')
    const runtimeId = await made(
      'registerRuntime(input: { daemonId: "d", provider: "p" }) { runtime { id } }',
      'registerRuntime.runtime.id',
    )
    const agentId = await made(
      `createAgent(input: { name: "A", runtimeId: "${runtimeId}" }) { agent { id } }`,
      'createAgent.agent.id',
    )
    chatId = await made(
      `createChatSession(input: { agentId: "${agentId}" }) { chatSession { id } }`,
      'createChatSession.chatSession.id',
    )
    const content = 'x'.repeat(MB - 1_000)
    for (let n = 0; n < MESSAGES; n++) {
      await asAdmin(
        `mutation { sendChatMessage(input: { chatSessionId: "${chatId}", content: "${content}" }) { task { id } } }`,
      )
    }
  })

  const ask = (accept: string, selection: string): Promise<Response> =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${viewer}`, accept },
      body: JSON.stringify({ query: `{ chatSession(id: "${chatId}") { ${selection} } }` }),
    })

  /** Bytes of memory that the server has had at once, at most, since it was started. */
  const peak = (): number =>
    1024 * Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))?.[1])

  // By an Accept header that only Yoga's own negotiation knows, the answer goes the long way.
  it.each([
    ['application/json', 200],
    ['application/json;q=0.9', 200],
    ['application/graphql-response+json', 400],
    ['application/graphql-response+json;q=0.9', 400],
  ])('are refused by direct posts and by Yoga, and cost no memory (Accept: %s)', async (accept, status) => {
    const before = peak()
    for (const selection of [PAGES, 'messages { nodes { content } }']) {
      const response = await ask(accept, selection)
      expect(response.status).toBe(status)
      expect(await response.json()).toEqual({
        errors: [
          {
            message:
              'The texts of this answer are larger than 32 MB. Request less: smaller pages, fewer nested lists, or several requests.',
            extensions: { code: 'QUERY_TOO_COMPLEX' },
          },
        ],
        extensions: { cost: { requested: expect.any(Number) as unknown, limit: 50_000 } },
      })
    }
    expect(peak() - before).toBeLessThan(MOST_GROWTH)
  })

  it('are sent in smaller pages', async () => {
    const answer = (await (await ask('application/json', 'messages(first: 20) { nodes { content } }')).json()) as object
    expect((at(answer, 'data.chatSession.messages.nodes') as unknown[]).length).toBe(20)
  })
})
