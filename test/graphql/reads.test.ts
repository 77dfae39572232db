import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/database/ids.js'
import { statement } from '../../src/database/sql.js'
import type { Clock } from '../../src/database/clock.js'
import { forEachDatabase } from '../support/test-database.js'
import { Api, at, textAt } from '../support/graphql.js'
import type { Client } from '../support/graphql.js'
import { claim, enqueue, makeAgent, makeChat, makeRuntime, runNext, say } from '../support/graphql-world.js'
import { damagedOnPurpose } from '../support/proven-at-close.js'

const idsAt = (data: unknown, path: string): string[] => (at(data, path) as { id: string }[]).map(({ id }) => id)

forEachDatabase((open) => {
  let now = Date.parse('2026-02-01T00:00:00Z')
  const clock: Clock = { now: () => new Date(now) }
  let api: Api
  let owner: Client
  let runtime: string
  let agent: string
  let chat: string
  let completed: string
  let running: string
  let queued: string

  beforeAll(async () => {
    api = await Api.open(await open(), clock)
    owner = api.as('ROOT')
    runtime = await makeRuntime(owner)
    agent = await makeAgent(owner, runtime)
    chat = await makeChat(owner, agent, 'Ab_c 100% sure')
    await say(owner, chat, 'one')
    completed = await runNext(owner, runtime, 'session-1')
    running = await say(owner, chat, 'two')
    const claimed = await claim(owner, runtime)
    await owner.ask(`mutation ($of: StartTaskInput!) { startTask(input: $of) { task { id } } }`, { of: claimed })
    queued = await enqueue(owner, agent, 'BAT-1')
  })

  describe('tasks', () => {
    const list = async (filter: object): Promise<string[]> =>
      idsAt(
        await owner.ask(`query ($filter: TaskFilter) { tasks(filter: $filter) { nodes { id } } }`, { filter }),
        'tasks.nodes',
      )

    it('are found by one or several statuses, in every list of tasks', async () => {
      const tasks = `tasks(status: $status) { nodes { id } }`
      const document = `query ($status: [TaskStatus!], $agent: ID!, $runtime: ID!, $chat: ID!) {
        own: node(id: $agent) { ... on Agent { ${tasks} } } on: node(id: $runtime) { ... on Runtime { ${tasks} } }
        within: agents { nodes { ${tasks} } } turns: chatSession(id: $chat) { ${tasks} } }`
      const expectTasks = async (status: string[], found: string[]) => {
        expect(await list({ status })).toEqual(found)
        const data = await owner.ask(document, { status, agent, runtime, chat })
        for (const of of ['own', 'on', 'within.nodes.0']) expect(idsAt(data, `${of}.tasks.nodes`)).toEqual(found)
        expect(idsAt(data, 'turns.tasks.nodes')).toEqual(found.filter((id) => id !== queued))
      }
      await expectTasks(['QUEUED'], [queued])
      await expectTasks(['RUNNING'], [running])
      await expectTasks(['CLAIMED'], [])
      await expectTasks(['CLAIMED', 'RUNNING'], [running])
      await expectTasks(['QUEUED', 'RUNNING'], [queued, running])
      await expectTasks(['COMPLETED', 'FAILED'], [completed])
      await expectTasks(['RUNNING', 'QUEUED', 'COMPLETED', 'QUEUED'], [queued, running, completed])
      await expectTasks([], [])
    })

    it('are found by kind, agent, runtime and issue, and by the decision of their claim', async () => {
      expect(await list({ kind: 'CHAT' })).toEqual([running, completed])
      expect(await list({ kind: 'ISSUE', agentId: agent, runtimeId: runtime, issueKey: 'BAT-1' })).toEqual([queued])
      expect(await list({ issueKey: 'BAT-2' })).toEqual([])
      expect(await list({ resumeOutcome: 'RESUME' })).toEqual([running])
      expect(await list({ resumeReason: ['NO_PRIOR_SESSION', 'TOO_OLD'] })).toEqual([completed])
      expect(await list({ agentId: newId('agt') })).toEqual([])
    })

    it('are found by the times of their enqueueing and end', async () => {
      const at = (seconds: number) => new Date(now + seconds * 1000).toISOString()
      expect(await list({ createdAfter: at(-1), createdBefore: at(1) })).toEqual([queued, running, completed])
      expect(await list({ createdAfter: at(0) })).toEqual([])
      expect(await list({ createdBefore: at(0) })).toEqual([])
      expect(await list({ finishedAfter: at(-1), finishedBefore: at(1) })).toEqual([completed])
      expect(await list({ finishedAfter: at(0) })).toEqual([])
      expect(await list({ finishedBefore: at(-1), agentId: agent })).toEqual([])
    })
  })

  describe('chat sessions', () => {
    const list = async (filter: object): Promise<string[]> =>
      idsAt(
        await owner.ask(`query ($filter: ChatSessionFilter) { chatSessions(filter: $filter) { nodes { id } } }`, {
          filter,
        }),
        'chatSessions.nodes',
      )

    it('are found by a literal part of their title, in any case', async () => {
      expect(await list({ search: 'B_C 100%' })).toEqual([chat])
      expect(await list({ search: 'abxc' })).toEqual([])
      expect(await list({ search: 'a__c' })).toEqual([])
      expect(await list({ search: '1%sure' })).toEqual([])
      expect(await list({ search: '\\' })).toEqual([])
      expect(await list({ search: '' })).toEqual([chat])
    })

    it('are found by agent, runtime and status, without issue threads', async () => {
      expect(await list({ agentId: agent, runtimeId: runtime, status: 'ACTIVE' })).toEqual([chat])
      expect(await list({ status: 'ARCHIVED' })).toEqual([])
      expect(await list({ runtimeId: newId('rt') })).toEqual([])
      const threads = await owner.ask(
        `query ($id: ID!) { node(id: $id) { ... on Agent { chatSessions { nodes { id } } } }
          issueThread(agentId: $id, issueKey: "BAT-1") { issueKey tasks { nodes { id } } pointer { sessionId position } } }`,
        { id: agent },
      )
      expect(idsAt(threads, 'node.chatSessions.nodes')).toEqual([chat])
      expect(at(threads, 'issueThread')).toMatchObject({ issueKey: 'BAT-1', tasks: { nodes: [{ id: queued }] } })
    })
  })

  it('a runtime goes OFFLINE when its daemon is silent, and is found by its status', async () => {
    const document = `query { runtimes { nodes { status queueDepth } } online: runtimes(status: ONLINE) { nodes { id } }
      offline: runtimes(status: OFFLINE) { nodes { id } } gone: runtimes(status: DEREGISTERED) { nodes { id } } }`
    const before = await owner.ask(document)
    expect(at(before, 'runtimes.nodes')).toEqual([{ status: 'ONLINE', queueDepth: 1 }])
    expect(idsAt(before, 'online.nodes')).toEqual([runtime])
    now += 46_000
    const after = await owner.ask(document)
    now -= 46_000
    expect(at(after, 'runtimes.nodes.0.status')).toBe('OFFLINE')
    expect([idsAt(after, 'online.nodes'), idsAt(after, 'offline.nodes'), idsAt(after, 'gone.nodes')]).toEqual([
      [],
      [runtime],
      [],
    ])
  })

  it('archived agents are listed only on request', async () => {
    const theirs = (await Api.open(api.services.database, clock)).as('ROOT')
    const retired = await makeAgent(theirs, await makeRuntime(theirs))
    await theirs.ask(`mutation ($id: ID!) { archiveAgent(input: { agentId: $id }) { agent { archivedAt } } }`, {
      id: retired,
    })
    const lists = await theirs.ask(
      `query { agents { nodes { id } } all: agents(includeArchived: true) { nodes { id } } }`,
    )
    expect([idsAt(lists, 'agents.nodes'), idsAt(lists, 'all.nodes')]).toEqual([[], [retired]])
  })

  it('queue and resume are counted', async () => {
    const document = `query ($agent: ID, $since: DateTime) {
      queueStats(agentId: $agent) { queued claimed running oldestQueuedAt }
      resumeStats(agentId: $agent, since: $since) { claims resumed fresh byReason { reason count } }
    }`
    const counted = {
      queueStats: { queued: 1, claimed: 0, running: 1, oldestQueuedAt: '2026-02-01T00:00:00.000Z' },
      resumeStats: {
        claims: 2,
        resumed: 1,
        fresh: 1,
        byReason: [
          { reason: 'NO_PRIOR_SESSION', count: 1 },
          { reason: 'SAME_RUNTIME', count: 1 },
        ],
      },
    }
    expect(await owner.ask(document, { agent })).toEqual(counted)
    expect(await owner.ask(document)).toEqual(counted)
    expect(await owner.ask(document, { agent: newId('agt') })).toMatchObject({
      queueStats: { queued: 0 },
      resumeStats: { claims: 0 },
    })
    const later = { since: '2026-02-01T00:00:01Z' }
    expect(await owner.ask(document, later)).toMatchObject({ resumeStats: { claims: 0, byReason: [] } })
  })

  describe('the log', () => {
    const LOG = `query ($after: Position, $first: Int, $types: [SessionEventType!]) {
      sessionEvents(after: $after, first: $first, types: $types) { position type rawType schemaVersion }
    }`

    it('is read from a position on without gaps or repeats', async () => {
      const all = at(await owner.ask(LOG), 'sessionEvents') as { position: string }[]
      const read: { position: string }[] = []
      for (;;) {
        const after = read.at(-1)?.position ?? '0'
        const more = at(await owner.ask(LOG, { after, first: 2 }), 'sessionEvents') as { position: string }[]
        if (more.length === 0) break
        read.push(...more)
      }
      expect(read).toEqual(all)
      expect(all.map(({ position }) => Number(position))).toEqual(all.map((_, index) => index + 1))
    })

    it('shows events of unknown types as stored', async () => {
      const { database } = api.services
      const theirs = await Api.open(database, clock)
      const someone = theirs.as('ROOT')
      const topic = await makeChat(someone, await makeAgent(someone, await makeRuntime(someone)))
      damagedOnPurpose(database)
      const insert = `INSERT INTO session_event ("workspaceId", position, id, "conversationId", version, type, "schemaVersion",
        actor, "occurredAt", data, digest) VALUES ($1, 99, $2, $3, 2, 'TASK_TELEPORTED', 1, 'x', now(), '{"to": "mars"}', 'x')`
      await database.sql.rows(statement('test_unknown_event', insert), [theirs.workspaceId, newId('evt'), topic])
      const unknown = { position: '99', type: 'UNKNOWN', rawType: 'TASK_TELEPORTED', schemaVersion: 1 }
      expect(at(await someone.ask(LOG, { types: ['UNKNOWN'] }), 'sessionEvents')).toEqual([unknown])
      const both = await someone.ask(LOG, { types: ['UNKNOWN', 'CONVERSATION_OPENED'] })
      expect(at(both, 'sessionEvents.1')).toEqual(unknown)
      expect(at(await someone.ask(LOG, { types: ['TASK_ENQUEUED'] }), 'sessionEvents')).toEqual([])
    })
  })

  describe('the past', () => {
    it('shows pointer, bindings and decisions as they were at a position', async () => {
      const document = `query ($id: ID!, $at: Position) { chatSession(id: $id) {
        pointer(at: $at) { sessionId workDir position runtime { id } }
        bindings(at: $at) { sessionId state lastTask { id } evidence { type } }
        explainResume(at: $at) { outcome reason basis }
        events(types: [TASK_COMPLETED]) { nodes { position version task { id } } }
      } }`
      const present = await owner.ask(document, { id: chat })
      const ended = textAt(present, 'chatSession.events.nodes.0.position')
      expect(at(present, 'chatSession.explainResume')).toMatchObject({ outcome: 'RESUME', reason: 'SAME_RUNTIME' })
      const then = await owner.ask(document, { id: chat, at: ended })
      expect(at(then, 'chatSession')).toMatchObject({
        pointer: { sessionId: 'session-1', workDir: '/work', position: ended, runtime: { id: runtime } },
        bindings: [
          {
            sessionId: 'session-1',
            state: 'RESUMABLE',
            lastTask: { id: completed },
            evidence: { type: 'TASK_COMPLETED' },
          },
        ],
        explainResume: { outcome: 'RESUME', basis: ended },
      })
      const before = await owner.ask(document, { id: chat, at: String(BigInt(ended) - 1n) })
      expect(at(before, 'chatSession')).toMatchObject({
        pointer: { sessionId: null, workDir: null },
        bindings: [],
        explainResume: { outcome: 'FRESH', reason: 'NO_PRIOR_SESSION' },
      })
    })

    it('keeps the decision of a claim', async () => {
      const document = `query ($id: ID!) { task(id: $id) { resume { outcome reason sessionId basis runtime { id } policy { scope } } } }`
      const told = { outcome: 'RESUME', reason: 'SAME_RUNTIME', sessionId: 'session-1', runtime: { id: runtime } }
      expect(at(await owner.ask(document, { id: running }), 'task.resume')).toMatchObject(told)
      expect(at(await owner.ask(document, { id: queued }), 'task.resume')).toBeNull()
    })
  })
})
