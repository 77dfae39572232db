import { beforeAll, describe, expect, it } from 'vitest'
import type { TokenKind } from '../../src/use-cases/calls/caller.js'
import { openEmbeddedDatabase } from '../support/embedded-database.js'
import { Api } from '../support/graphql.js'
import { callOf, rootFields } from '../support/schema-calls.js'

const KINDS: TokenKind[] = ['ROOT', 'ADMIN', 'MEMBER', 'DAEMON', 'VIEWER']
const READERS = KINDS
const PEOPLE: TokenKind[] = ['ROOT', 'ADMIN', 'MEMBER']
const DAEMONS: TokenKind[] = ['ROOT', 'ADMIN', 'DAEMON']
const ADMINS: TokenKind[] = ['ROOT', 'ADMIN']

/** Who may use which root field: written down here once more, so that a slip in the code is seen. */
const MAY: Record<string, TokenKind[]> = {
  node: READERS,
  nodes: READERS,
  viewer: READERS,
  runtimes: READERS,
  agents: READERS,
  task: READERS,
  tasks: READERS,
  chatSession: READERS,
  chatSessions: READERS,
  conversations: READERS,
  issueThread: READERS,
  sessionEvents: READERS,
  queueStats: READERS,
  resumeStats: READERS,
  serverTimers: READERS,
  tokens: ADMINS,
  agentConfigSchema: READERS,
  usageByDay: READERS,
  claimEvents: READERS,
  verifyConversation: ADMINS,
  simulateResumePolicy: PEOPLE,
  registerRuntime: DAEMONS,
  heartbeat: DAEMONS,
  deregisterRuntime: DAEMONS,
  claimTask: DAEMONS,
  claimTasks: DAEMONS,
  startTask: DAEMONS,
  pinTaskSession: DAEMONS,
  reportTaskProgress: DAEMONS,
  completeTask: DAEMONS,
  failTask: DAEMONS,
  releaseTask: DAEMONS,
  recoverOrphanedTasks: DAEMONS,
  createAgent: PEOPLE,
  updateAgent: PEOPLE,
  archiveAgent: PEOPLE,
  createChatSession: PEOPLE,
  updateChatSession: PEOPLE,
  sendChatMessage: PEOPLE,
  resetSession: PEOPLE,
  enqueueTask: PEOPLE,
  cancelTask: PEOPLE,
  rerunTask: PEOPLE,
  eraseConversationContent: ADMINS,
  createToken: ADMINS,
  revokeToken: ADMINS,
  createWorkspace: ['ROOT'],
}

const fields = rootFields()
let api: Api

beforeAll(async () => {
  api = await Api.open(await openEmbeddedDatabase())
  return () => api.services.database.close()
})

describe('every root field', () => {
  it('is in the table of this test, and the table has no other', () => {
    expect(fields.map(({ name }) => name).toSorted()).toEqual(Object.keys(MAY).toSorted())
  })

  it.each(fields)('$name declares who may use it', ({ field }) => {
    const { authScopes } = field.extensions['pothosOptions'] as { authScopes?: Record<string, boolean> }
    expect(Object.values(authScopes ?? {})).toEqual([true])
  })

  it.each(fields)('$name admits exactly the declared kinds of token', async (field) => {
    const outcomes = await Promise.all(
      KINDS.map(async (kind) => {
        const { document, variables } = callOf(field)
        const { errors = [] } = await api.as(kind).send(document, variables)
        return { kind, forbidden: errors.some(({ extensions }) => extensions['code'] === 'FORBIDDEN') }
      }),
    )
    const letIn = outcomes.filter(({ forbidden }) => !forbidden).map(({ kind }) => kind)
    expect(letIn).toEqual(MAY[field.name])
  })

  it.each(fields)('$name refuses a caller without a token', async (field) => {
    const { document, variables } = callOf(field)
    expect(await api.as(null).refusal(document, variables)).toMatchObject({ code: 'UNAUTHENTICATED' })
  })
})

describe('a caller without the right', () => {
  const document = `mutation { createAgent(input: { name: "", runtimeId: "nonsense" }) { agent { id } } }`

  it('is refused before the arguments are validated', async () => {
    expect(await api.as(null).refusal(document)).toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await api.as('VIEWER').refusal(document)).toMatchObject({ code: 'FORBIDDEN' })
    expect(await api.as('MEMBER').refusal(document)).toMatchObject({ code: 'BAD_USER_INPUT' })
  })

  it('learns which kinds of token are allowed', async () => {
    const { message } = await api.as('VIEWER').refusal(document)
    expect(message).toContain('ROOT or ADMIN or MEMBER')
  })
})

it('a DAEMON token acts only for its own daemon', async () => {
  const document = `mutation ($id: String!) {
    registerRuntime(input: { daemonId: $id, provider: "claude" }) { runtime { daemonId } }
  }`
  expect(await api.as('DAEMON', 'mine').ask(document, { id: 'mine' })).toEqual({
    registerRuntime: { runtime: { daemonId: 'mine' } },
  })
  expect(await api.as('DAEMON', 'mine').refusal(document, { id: 'other' })).toMatchObject({ code: 'FORBIDDEN' })
})

describe('a subscription', () => {
  const AVAILABLE = `subscription ($ids: [ID!]!) { taskAvailable(runtimeIds: $ids) { runtimeId } }`
  const EVENTS = `subscription ($id: ID) { sessionEvents(conversationId: $id) { position } }`

  it('is refused at its start without the right, whatever the arguments', async () => {
    for (const document of [AVAILABLE, EVENTS]) {
      const refusal = await api.as(null).refusedSubscription(document, { ids: ['nonsense'], id: 'nonsense' })
      expect(refusal).toMatchObject({ code: 'UNAUTHENTICATED' })
    }
    for (const kind of ['MEMBER', 'VIEWER'] as const) {
      expect(await api.as(kind).refusedSubscription(AVAILABLE, { ids: ['x'] })).toMatchObject({ code: 'FORBIDDEN' })
    }
  })

  it('is refused for wrong arguments, and the refusal names them', async () => {
    const available = await api.as('DAEMON').refusedSubscription(AVAILABLE, { ids: ['nonsense'] })
    expect(available).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'runtimeIds.0' }] })
    const events = await api.as('VIEWER').refusedSubscription(EVENTS, { id: 'nonsense' })
    expect(events).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'conversationId' }] })
  })
})
