import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/database/ids.js'
import { statement } from '../../src/database/sql.js'
import { openEmbeddedDatabase } from '../support/embedded-database.js'
import { Api, at, textAt } from '../support/graphql.js'
import { enqueue, makeAgent, makeChat, makeRuntime, say } from '../support/graphql-world.js'

const NODE = `query ($id: ID!) { node(id: $id) { __typename id } }`
const ALL_OF_WORKSPACE = statement('test_workspace', 'SELECT * FROM workspace WHERE id = $1')
const RESTORE_WORKSPACE = statement(
  'test_restore_workspace',
  'INSERT INTO workspace SELECT * FROM json_populate_recordset(null::workspace, $1::json)',
)
const NODES = `query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`

let api: Api
let neighbour: Api
/** An id of each kind, by the type that it is of. */
let ids: Record<string, string>

beforeAll(async () => {
  const database = await openEmbeddedDatabase()
  api = await Api.open(database)
  neighbour = await Api.open(database)
  const owner = api.as('ROOT')
  const runtime = await makeRuntime(owner)
  const agent = await makeAgent(owner, runtime)
  const chat = await makeChat(owner, agent)
  const task = await say(owner, chat)
  await enqueue(owner, agent, 'BAT-1')
  const found = await owner.ask(
    `query ($chat: ID!, $agent: ID!) {
      chatSession(id: $chat) { messages { nodes { id } } events { nodes { id } } }
      issueThread(agentId: $agent, issueKey: "BAT-1") { id }
    }`,
    { chat, agent },
  )
  const made = await owner.ask(`mutation { createToken(input: { name: "t", kind: VIEWER }) { token { id } } }`)
  ids = {
    Workspace: api.workspaceId,
    Runtime: runtime,
    Agent: agent,
    ChatSession: chat,
    Task: task,
    IssueThread: textAt(found, 'issueThread.id'),
    ChatMessage: textAt(found, 'chatSession.messages.nodes.0.id'),
    SessionEvent: textAt(found, 'chatSession.events.nodes.0.id'),
    ApiToken: textAt(made, 'createToken.token.id'),
  }
  return () => database.close()
})

const TYPES = [
  ...['Workspace', 'Runtime', 'Agent', 'ChatSession', 'Task', 'IssueThread', 'ChatMessage', 'SessionEvent'],
  'ApiToken',
]

describe('node', () => {
  it.each(TYPES)('finds a %s by its id', async (type) => {
    expect(await api.as('ADMIN').ask(NODE, { id: ids[type] })).toEqual({ node: { __typename: type, id: ids[type] } })
  })

  it.each(TYPES)('does not show a %s to another workspace', async (type) => {
    expect(await neighbour.as('ROOT').ask(NODE, { id: ids[type] })).toEqual({ node: null })
  })

  it('shows tokens to admins only', async () => {
    expect(await api.as('MEMBER').ask(NODE, { id: ids['ApiToken'] })).toEqual({ node: null })
  })

  it('is null for an id that was never issued', async () => {
    expect(await api.as('VIEWER').ask(NODE, { id: newId('task') })).toEqual({ node: null })
  })

  it.each(['', 'task_', 'task_short', 'thing_01h2xcejqtf2nbrexx3vqjhp41', '42', 'VGFzazo0Mg=='])(
    'refuses %j, which is not an id',
    async (id) => {
      const refusal = await api.as('VIEWER').refusal(NODE, { id })
      expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'id' }] })
    },
  )
})

describe('nodes', () => {
  it('answers in the order of the ids, with null for each that is not in the workspace', async () => {
    const asked = [newId('agt'), ids['Task'], ids['Agent'], newId('ws'), ids['Task']]
    const answer = await api.as('VIEWER').ask(NODES, { ids: asked })
    expect(at(answer, 'nodes')).toEqual([null, { id: ids['Task'] }, { id: ids['Agent'] }, null, { id: ids['Task'] }])
  })

  it('shows nothing to another workspace', async () => {
    const asked = Object.values(ids)
    expect(await neighbour.as('ROOT').ask(NODES, { ids: asked })).toEqual({ nodes: asked.map(() => null) })
  })

  it('names the value that is not an id', async () => {
    const refusal = await api.as('VIEWER').refusal(NODES, { ids: [ids['Task'], 'nonsense'] })
    expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'ids.1' }] })
  })

  it('takes at most 100 ids', async () => {
    const refusal = await api.as('VIEWER').refusal(NODES, { ids: Array.from({ length: 101 }, () => newId('task')) })
    expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'ids' }] })
  })
})

describe('a well-formed id of another kind', () => {
  it('is null in a look-up', async () => {
    const document = `query ($id: ID!) { task(id: $id) { id } chatSession(id: $id) { id } }`
    expect(await api.as('VIEWER').ask(document, { id: ids['IssueThread'] })).toEqual({ task: null, chatSession: null })
  })

  it('is NOT_FOUND in a mutation', async () => {
    const document = `mutation ($id: ID!) { cancelTask(input: { taskId: $id }) { task { id } } }`
    expect(await api.as('MEMBER').refusal(document, { id: ids['Agent'] })).toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('of a workspace that was just deleted', () => {
  it.each(TYPES)('a %s is null, alone and among others', async (type) => {
    const { database } = api.services
    const copy = await database.sql.rows<object>(ALL_OF_WORKSPACE, [api.workspaceId])
    await database.sql.rows(statement('test_delete_workspace', 'DELETE FROM workspace WHERE id = $1'), [
      api.workspaceId,
    ])
    try {
      const reader = api.as('ADMIN')
      expect(await reader.ask(NODE, { id: ids[type] })).toEqual({ node: null })
      expect(await reader.ask(NODES, { ids: [ids[type]] })).toEqual({ nodes: [null] })
    } finally {
      await database.sql.rows(RESTORE_WORKSPACE, [JSON.stringify(copy)])
    }
  })
})

it('nothing of another workspace can be changed, listed or used as a filter', async () => {
  const other = neighbour.as('ROOT')
  const cancel = `mutation ($id: ID!) { cancelTask(input: { taskId: $id }) { task { id } } }`
  expect(await other.refusal(cancel, { id: ids['Task'] })).toMatchObject({ code: 'NOT_FOUND' })
  const lists = await other.ask(
    `query ($agent: ID!) {
      runtimes { nodes { id } } agents { nodes { id } } tasks { nodes { id } } chatSessions { nodes { id } }
      sessionEvents { id } queueStats { queued } resumeStats { claims } tokens { id }
      issueThread(agentId: $agent, issueKey: "BAT-1") { id }
    }`,
    { agent: ids['Agent'] },
  )
  expect(lists).toEqual({
    runtimes: { nodes: [] },
    agents: { nodes: [] },
    tasks: { nodes: [] },
    chatSessions: { nodes: [] },
    sessionEvents: [],
    queueStats: { queued: 0 },
    resumeStats: { claims: 0 },
    tokens: [],
    issueThread: null,
  })
})
