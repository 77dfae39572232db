import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/database/ids.js'
import type { Database } from '../../src/database/sql.js'
import { FINDING_KINDS } from '../../src/event-log/verify/finding.js'
import { openEmbeddedDatabase } from '../support/embedded-database.js'
import { Api, at } from '../support/graphql.js'
import { enqueue, makeAgent, makeChat, makeRuntime, runNext, say } from '../support/graphql-world.js'
import { Tamperer } from '../support/tampering.js'

const VERIFY = `query ($id: ID!) {
  verifyConversation(conversationId: $id) {
    ok events claims decisionsRecomputed resumes crossRuntimeResumes unknownEvents findingCount
    findings { kind position version taskId expected found }
  }
}`
const SIMULATE = `query ($policy: ResumePolicyInput!, $since: DateTime, $agentId: ID, $first: Int) {
  simulateResumePolicy(policy: $policy, since: $since, agentId: $agentId, first: $first) {
    claims flips byReason { from to count }
    examples {
      position occurredAt conversation { id } task { id }
      recorded { outcome reason sessionId } simulated { outcome reason sessionId }
    }
  }
}`

let database: Database
let api: Api
let chat: string
let taskIds: string[]

async function twoTurns(in_: Api): Promise<{ chat: string; taskIds: string[] }> {
  const admin = in_.as('ADMIN')
  const runtime = await makeRuntime(admin)
  const chatId = await makeChat(admin, await makeAgent(admin, runtime))
  const ids: string[] = []
  for (const session of ['session-1', 'session-1']) {
    await say(admin, chatId)
    ids.push(await runNext(admin, runtime, session))
  }
  return { chat: chatId, taskIds: ids }
}

beforeAll(async () => {
  database = await openEmbeddedDatabase()
  api = await Api.open(database)
  ;({ chat, taskIds } = await twoTurns(api))
  return () => database.close()
})

describe('verifyConversation', () => {
  it('proves a conversation that only the API wrote', async () => {
    const data = await api.as('ADMIN').ask(VERIFY, { id: chat })
    expect(at(data, 'verifyConversation')).toMatchObject({
      ok: true,
      events: 13,
      claims: 2,
      decisionsRecomputed: 2,
      resumes: 1,
      crossRuntimeResumes: 0,
      unknownEvents: 0,
      findingCount: 0,
      findings: [],
    })
  })

  it('shows an admin exactly what was edited', async () => {
    const tamperer = await Tamperer.of(database)
    await tamperer.run('UPDATE task_row SET priority = 9 WHERE id = $1', [taskIds[0]])
    const data = await api.as('ADMIN').ask(VERIFY, { id: chat })
    await tamperer.restore()
    expect(at(data, 'verifyConversation')).toMatchObject({
      ok: false,
      findingCount: 1,
      findings: [
        { kind: 'TASK_ROW', version: 13, taskId: taskIds[0], expected: '{"priority":2}', found: '{"priority":9}' },
      ],
    })
  })

  it('knows every kind of finding', async () => {
    const data = await api.as('ADMIN').ask('{ __type(name: "VerificationFindingKind") { enumValues { name } } }')
    const names = (at(data, '__type.enumValues') as { name: string }[]).map(({ name }) => name)
    expect(names.toSorted()).toEqual(Object.keys(FINDING_KINDS).toSorted())
  })

  it('is for admins', async () => {
    for (const kind of ['MEMBER', 'DAEMON', 'VIEWER'] as const) {
      expect(await api.as(kind).refusal(VERIFY, { id: chat })).toMatchObject({ code: 'FORBIDDEN' })
    }
  })

  it('answers the same for a conversation of another workspace and for one that never existed', async () => {
    const other = await Api.open(database)
    const never = newId('chat')
    const refusals = [
      await other.as('ADMIN').refusal(VERIFY, { id: chat }),
      await api.as('ADMIN').refusal(VERIFY, { id: never }),
    ]
    expect(refusals).toMatchObject([{ code: 'NOT_FOUND' }, { code: 'NOT_FOUND' }])
    expect(refusals[0]?.message.replace(chat, never)).toBe(refusals[1]?.message)
  })
})

describe('simulateResumePolicy', () => {
  const NEVER = { policy: { enabled: false } }

  it('counts the claims of the workspace that would flip, by reason, with examples', async () => {
    const data = await api.as('MEMBER').ask(SIMULATE, NEVER)
    expect(at(data, 'simulateResumePolicy')).toMatchObject({
      claims: 2,
      flips: 1,
      byReason: [{ from: 'SAME_RUNTIME', to: 'RESUME_DISABLED', count: 1 }],
      examples: [
        {
          conversation: { id: chat },
          task: { id: taskIds[1] },
          recorded: { outcome: 'RESUME', reason: 'SAME_RUNTIME', sessionId: 'session-1' },
          simulated: { outcome: 'FRESH', reason: 'RESUME_DISABLED', sessionId: null },
        },
      ],
    })
  })

  it('limits the examples to the requested number, and counts all claims', async () => {
    const data = await api.as('ADMIN').ask(SIMULATE, { ...NEVER, first: 0 })
    expect(at(data, 'simulateResumePolicy')).toMatchObject({ flips: 1, examples: [] })
    expect(await api.as('ADMIN').refusal(SIMULATE, { ...NEVER, first: 101 })).toMatchObject({ code: 'BAD_USER_INPUT' })
  })

  it('judges only claims since a time', async () => {
    const data = await api.as('ADMIN').ask(SIMULATE, { ...NEVER, since: '2100-01-01T00:00:00Z' })
    expect(at(data, 'simulateResumePolicy')).toMatchObject({ claims: 0, flips: 0 })
  })

  it('judges only claims of one agent', async () => {
    const admin = api.as('ADMIN')
    const { chatSession } = await admin.ask('query ($id: ID!) { chatSession(id: $id) { agent { id } } }', { id: chat })
    const agentId = (chatSession as { agent: { id: string } }).agent.id
    const idle = await makeAgent(admin, await makeRuntime(admin))
    const claimsOf = async (id: string) =>
      at(await admin.ask(SIMULATE, { ...NEVER, agentId: id }), 'simulateResumePolicy')
    expect(await claimsOf(agentId)).toMatchObject({ claims: 2, flips: 1 })
    expect(await claimsOf(idle)).toMatchObject({ claims: 0, flips: 0 })
  })

  it("never reads another workspace's claims", async () => {
    const other = await Api.open(database)
    const admin = other.as('ADMIN')
    const agent = await makeAgent(admin, await makeRuntime(admin))
    await enqueue(admin, agent, 'ISSUE-1')
    expect(at(await admin.ask(SIMULATE, NEVER), 'simulateResumePolicy')).toMatchObject({ claims: 0, flips: 0 })
  })

  it('is for admins and members', async () => {
    for (const kind of ['DAEMON', 'VIEWER'] as const) {
      expect(await api.as(kind).refusal(SIMULATE, NEVER)).toMatchObject({ code: 'FORBIDDEN' })
    }
  })
})
