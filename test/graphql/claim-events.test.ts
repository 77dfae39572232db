import { beforeAll, expect, it } from 'vitest'
import { Api, at } from '../support/graphql.js'
import type { Client } from '../support/graphql.js'
import { makeAgent, makeChat, makeRuntime, runNext, say } from '../support/graphql-world.js'
import { forEachDatabase } from '../support/test-database.js'

const STATS = `query ($agentId: ID, $since: DateTime) { resumeStats(agentId: $agentId, since: $since) {
  claims resumed hadSession byReason { reason count } } }`
const CLAIMS = `query ($agentId: ID, $since: DateTime, $reasons: [ResumeReason!], $first: Int, $after: String) {
  claimEvents(agentId: $agentId, since: $since, reasons: $reasons, first: $first, after: $after) {
    nodes { position type payload { ... on TaskClaimed { decision { reason } } } }
    pageInfo { hasNextPage endCursor } } }`
const UPDATE = `mutation ($input: UpdateAgentInput!) { updateAgent(input: $input) { agent { id } } }`

interface Claims {
  nodes: { position: string; type: string; payload: { decision: { reason: string } } }[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}

forEachDatabase((open) => {
  let owner: Client
  let agent: string
  const stats = async (given: object = {}) =>
    at(await owner.ask(STATS, { ...given }), 'resumeStats') as {
      claims: number
      resumed: number
      hadSession: number
      byReason: { reason: string; count: number }[]
    }
  const claims = async (given: object): Promise<Claims> =>
    at(await owner.ask(CLAIMS, { ...given }), 'claimEvents') as Claims

  /** A turn of the chat on that runtime. */
  async function turn(chat: string, runtime: string, sessionId: string): Promise<void> {
    await say(owner, chat)
    await runNext(owner, runtime, sessionId)
  }

  beforeAll(async () => {
    owner = (await Api.open(await open())).as('ROOT')
    const laptop = await makeRuntime(owner)
    const server = await makeRuntime(owner, 'daemon-2')
    agent = await makeAgent(owner, laptop)
    const other = await makeAgent(owner, laptop, 'Bob')
    const chat = await makeChat(owner, agent)
    for (const session of ['s-1', 's-1', 's-1']) await turn(chat, laptop, session)
    await turn(await makeChat(owner, other), laptop, 's-2')
    await owner.ask(UPDATE, { input: { agentId: agent, runtimeId: server } })
    await turn(chat, server, 's-3')
    await owner.ask(UPDATE, { input: { agentId: agent, resumePolicy: { enabled: false } } })
    await turn(chat, server, 's-4')
    await turn(await makeChat(owner, agent), server, 's-5')
  })

  it('the resume rate counts only claims that had a session, so no first claims, also under a disabled policy', async () => {
    expect(await stats()).toMatchObject({ claims: 7, resumed: 2, hadSession: 4 })
    expect(await stats({ agentId: agent })).toMatchObject({ claims: 6, resumed: 2, hadSession: 4 })
  })

  it('the claims of a reason are exactly the counted ones, newest first', async () => {
    for (const given of [{}, { agentId: agent }]) {
      const { byReason } = await stats(given)
      expect(byReason.length).toBeGreaterThan(2)
      for (const { reason, count } of byReason) {
        const { nodes } = await claims({ ...given, reasons: [reason] })
        expect(nodes.map(({ type, payload }) => [type, payload.decision.reason])).toEqual(
          Array.from({ length: count }, () => ['TASK_CLAIMED', reason]),
        )
      }
    }
    const { nodes } = await claims({})
    const positions = nodes.map(({ position }) => Number(position))
    expect(positions).toEqual(positions.toSorted((a, b) => b - a))
    expect(positions).toHaveLength(7)
    expect((await claims({ since: '2100-01-01T00:00:00Z' })).nodes).toEqual([])
  })

  it('claim events have pages', async () => {
    const whole = (await claims({})).nodes.map(({ position }) => position)
    const read: string[] = []
    let after: string | null = null
    do {
      const page: Claims = await claims({ first: 3, after })
      read.push(...page.nodes.map(({ position }) => position))
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
    } while (after !== null)
    expect(read).toEqual(whole)
  })
})
