import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { requestGraphQL } from '../support/graphql-request.js'
import { textAt } from '../support/graphql.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'
import { describePostgres } from '../support/test-database.js'

const ENDED = /"code":"UNAUTHENTICATED"[^]*event: complete/

/** A fleet of one: everything is asked of `ask`, and what is to end is begun at `hold`. */
class Stage {
  private issue = 0

  private constructor(
    private readonly ask: ServerProcess,
    private readonly hold: ServerProcess,
    readonly runtimeId: string,
    private readonly agentId: string,
  ) {}

  static async open(ask: ServerProcess, hold = ask): Promise<Stage> {
    const made = async (call: string, path: string): Promise<string> => textAt(await mutate(ask, call), path)
    const runtimeId = await made(
      'registerRuntime(input: { daemonId: "d", provider: "p" }) { runtime { id } }',
      'registerRuntime.runtime.id',
    )
    const agentId = await made(
      `createAgent(input: { name: "A", runtimeId: "${runtimeId}", maxConcurrentTasks: 1000 }) { agent { id } }`,
      'createAgent.agent.id',
    )
    return new Stage(ask, hold, runtimeId, agentId)
  }

  async token(more = ''): Promise<{ id: string; secret: string }> {
    const call = `createToken(input: { name: "T", kind: DAEMON, daemonId: "d" ${more} }) { token { id } secret }`
    const data = await mutate(this.ask, call)
    return { id: textAt(data, 'createToken.token.id'), secret: textAt(data, 'createToken.secret') }
  }

  revoke({ id }: { id: string }): Promise<unknown> {
    return mutate(this.ask, `revokeToken(input: { tokenId: "${id}" }) { token { revokedAt } }`)
  }

  enqueue(): Promise<unknown> {
    const input = `{ agentId: "${this.agentId}", issueKey: "I-${this.issue++}", prompt: "x" }`
    return mutate(this.ask, `enqueueTask(input: ${input}) { task { id } }`)
  }

  /** All that the stream sends, as it comes. */
  async stream({ secret }: { secret: string }, field: string): Promise<() => string> {
    const call = request(`${this.hold.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${secret}`,
      },
    })
    call.end(JSON.stringify({ query: `subscription { ${field} }` }))
    const [response] = (await once(call, 'response')) as [IncomingMessage]
    let text = ''
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    return () => text
  }

  claim(secret: string, waitSeconds: number) {
    const input = `{ runtimeId: "${this.runtimeId}", waitSeconds: ${waitSeconds} }`
    const answer = `{ ... on TaskClaim { claimToken } ... on NoTaskAvailable { reasons } }`
    return requestGraphQL(this.hold.url, secret, `mutation { claimTask(input: ${input}) ${answer} }`)
  }

  /** Claims all that earlier tests left. */
  async drain(): Promise<void> {
    while ('claimToken' in ((await this.claim(ADMIN_TOKEN, 0)).data?.['claimTask'] as object));
  }

  /** Set once the token's request has been let in. */
  async lastUsedAt({ id }: { id: string }): Promise<string | null | undefined> {
    const { data } = await requestGraphQL(this.ask.url, ADMIN_TOKEN, '{ tokens { id lastUsedAt } }')
    return (data?.['tokens'] as { id: string; lastUsedAt: string | null }[]).find((token) => token.id === id)
      ?.lastUsedAt
  }

  streams(token: { secret: string }): Promise<(() => string)[]> {
    return Promise.all([
      this.stream(token, 'sessionEvents { position }'),
      this.stream(token, `taskAvailable(runtimeIds: ["${this.runtimeId}"]) { runtimeId }`),
    ])
  }
}

async function mutate(server: ServerProcess, call: string): Promise<unknown> {
  const { data, errors } = await requestGraphQL(server.url, ADMIN_TOKEN, `mutation { ${call} }`)
  expect(errors).toEqual([])
  return data
}

/** Well below the minute after which a quiet stream used to be looked at. */
const poll = (look: () => unknown) => expect.poll(look, { timeout: 20_000, interval: 100 })

function promises(stageOf: () => Promise<Stage>): void {
  it('a quiet stream ends, and says why', async () => {
    const stage = await stageOf()
    const token = await stage.token()
    const taskId = textAt(await stage.enqueue(), 'enqueueTask.task.id')
    const streams = await stage.streams(token)
    streams.push(await stage.stream(token, `taskProgress(taskId: "${taskId}") { seq }`))
    await stage.revoke(token)
    for (const told of streams) await poll(told).toMatch(ENDED)
  })

  it('a busy stream ends, however many events come', async () => {
    const stage = await stageOf()
    const token = await stage.token()
    const streams = await stage.streams(token)
    let busy = true
    const events = (async () => {
      while (busy) await stage.enqueue()
    })()
    try {
      for (const told of streams) await poll(told).toMatch(/"data":/)
      await stage.revoke(token)
      for (const told of streams) await poll(told).toMatch(ENDED)
    } finally {
      busy = false
      await events
    }
  })

  it('a waiting claim ends, and the next task goes to another claim', async () => {
    const stage = await stageOf()
    await stage.drain()
    const token = await stage.token()
    const waiting = stage.claim(token.secret, 30)
    await poll(() => stage.lastUsedAt(token)).toEqual(expect.any(String))
    await stage.revoke(token)
    await stage.enqueue()
    const { data, errors } = await waiting
    expect(data).toEqual({ claimTask: null })
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
    const next = await stage.claim(ADMIN_TOKEN, 10)
    expect(next.data).toEqual({ claimTask: { claimToken: expect.any(String) as unknown } })
  })

  it('an expired token ends like a revoked one', async () => {
    const stage = await stageOf()
    const token = await stage.token('expiresInSeconds: 3')
    const streams = await stage.streams(token)
    const waiting = stage.claim(token.secret, 30)
    for (const told of streams) await poll(told).toMatch(ENDED)
    expect((await waiting).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
  })
}

describe('what outlives a request ends with its token', () => {
  const env = { BATON_ADMIN_TOKEN: ADMIN_TOKEN, BATON_RATE_LIMIT_OTHERS: '0' }
  let stage: Promise<Stage> | undefined
  promises(() => (stage ??= startServer({ env }).then((server) => Stage.open(server))))
})

describePostgres('what outlives a request ends with its token, revoked at another server', (open) => {
  let stage: Promise<Stage> | undefined
  const openStage = async (): Promise<Stage> => {
    const { connectionString } = await open()
    const env = { DATABASE_URL: connectionString, BATON_ADMIN_TOKEN: ADMIN_TOKEN, BATON_RATE_LIMIT_OTHERS: '0' }
    const [ask, hold] = await Promise.all([startServer({ env }), startServer({ env })])
    return Stage.open(ask, hold)
  }
  promises(() => (stage ??= openStage()))
})
