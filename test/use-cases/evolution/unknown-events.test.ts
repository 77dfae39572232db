import { beforeEach, beforeAll, expect, it } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import type { Finding } from '../../../src/event-log/verify/finding.js'
import { verifyLog } from '../../../src/event-log/verify/verify-log.js'
import type { ConversationRow } from '../../../src/use-cases/transaction/conversation-work.js'
import { Api, at } from '../../support/graphql.js'
import { aChat, anAgent, aRuntime, claim, complete, run, say } from '../../support/daemon-steps.js'
import { appendAsNewer } from '../../support/newer-process.js'
import { damagedOnPurpose } from '../../support/proven-at-close.js'
import { callerIn, SettableClock } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

forEachDatabase((open) => {
  let database: Database
  let api: Api
  let world: World
  let runtime: { id: string }
  let chat: ConversationRow

  beforeAll(async () => {
    database = await open()
  })
  beforeEach(async () => {
    const clock = new SettableClock()
    api = await Api.open(database, clock)
    world = { services: api.services, clock, caller: callerIn(api.workspaceId) }
    const laptop = await aRuntime(world)
    runtime = laptop
    chat = await aChat(world, await anAgent(world, laptop))
    await say(world, chat)
    await complete(world, await run(world, runtime), { sessionId: 'session-1' })
  })

  async function verified() {
    const findings: Finding[] = []
    const { workspaceId } = world.caller
    const tally = await verifyLog(database, { workspaceId, report: (finding) => findings.push(finding) })
    return { tally, findings }
  }

  it.each([
    ['of a type that this build does not know', { type: 'SESSION_TELEPORTED', data: { to: 'the moon' } }],
    ['of a known type in a shape that this build does not know', { type: 'SESSION_PINNED', schemaVersion: 9 }],
  ])('an event %s makes the next claim fail closed', async (_, event) => {
    await appendAsNewer(world, chat.id, event)
    await say(world, chat)
    const { decision } = await claim(world, runtime)
    expect(decision).toMatchObject({
      outcome: 'FRESH',
      reason: 'UNKNOWN_HISTORY',
      sessionId: null,
      continuityGap: true,
    })
  })

  it('without it the same claim resumes', async () => {
    await say(world, chat)
    expect((await claim(world, runtime)).decision).toMatchObject({ outcome: 'RESUME', sessionId: 'session-1' })
  })

  it('the event is shown raw in the history, and can be selected by type', async () => {
    await appendAsNewer(world, chat.id, { type: 'SESSION_TELEPORTED', data: { to: 'the moon' } })
    const document = `query ($id: ID!) {
      chatSession(id: $id) {
        events(types: [UNKNOWN]) { nodes { type rawType schemaVersion data version } }
        explainResume { outcome reason }
      }
    }`
    const data = await api.as('VIEWER').ask(document, { id: chat.id })
    expect(at(data, 'chatSession.events.nodes')).toEqual([
      { type: 'UNKNOWN', rawType: 'SESSION_TELEPORTED', schemaVersion: 1, data: { to: 'the moon' }, version: 7 },
    ])
    expect(at(data, 'chatSession.explainResume')).toEqual({ outcome: 'FRESH', reason: 'UNKNOWN_HISTORY' })
  })

  it('verify counts it, without findings for it or for later claims', async () => {
    await appendAsNewer(world, chat.id, { type: 'SESSION_TELEPORTED' })
    expect(await verified()).toMatchObject({ findings: [], tally: { unknownEvents: 1, statesToRefold: 1 } })
    await say(world, chat)
    await claim(world, runtime)
    expect(await verified()).toMatchObject({
      findings: [],
      tally: { unknownEvents: 1, statesToRefold: 0, claims: 2, decisionsRecomputed: 2, claimsNotJudged: 0 },
    })
  })

  it('verify has no finding for a claim that a newer process decided from events that only it knows', async () => {
    // The newer process's claim is said in the log alone: its rows are not written.
    damagedOnPurpose(database)
    const task = await say(world, chat)
    await appendAsNewer(world, chat.id, { type: 'SESSION_TELEPORTED' })
    const decision = {
      outcome: 'RESUME',
      reason: 'SAME_RUNTIME',
      sessionId: 'session-of-the-moon',
      workDir: null,
      continuityGap: false,
      agentRevision: 1,
      account: null,
      store: null,
      policy: { enabled: true, scope: 'LATEST', onAgentChange: 'RESUME', maxResumeFailures: 3, maxAgeSeconds: null },
      decidedAt: world.clock.now().toISOString(),
    }
    await appendAsNewer(world, chat.id, {
      type: 'TASK_CLAIMED',
      taskId: task.id,
      runtimeId: runtime.id,
      data: { leaseSeconds: 60, decision },
    })
    const { tally, findings } = await verified()
    expect(tally).toMatchObject({ claimsNotJudged: 1, crossRuntimeResumes: 0 })
    expect(findings.filter(({ kind }) => kind !== 'TASK_ROW' && kind !== 'QUEUE_ROW')).toEqual([])
  })

  it('verify does not judge a task with unknown events of a newer process', async () => {
    const task = await say(world, chat)
    await appendAsNewer(world, chat.id, { type: 'TASK_PAUSED', taskId: task.id, runtimeId: runtime.id })
    await database.prisma.dispatch.deleteMany({ where: { taskId: task.id } })
    expect((await verified()).findings).toEqual([])
  })
})
