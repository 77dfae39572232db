import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import { readStream } from '../../../src/event-log/read-stream.js'
import type { Finding } from '../../../src/event-log/verify/finding.js'
import { verifyLog } from '../../../src/event-log/verify/verify-log.js'
import type { Agent, Runtime, Task } from '../../../src/generated/prisma/client.js'
import { cancelTask } from '../../../src/use-cases/cancel-task.js'
import { createChatSession } from '../../../src/use-cases/create-chat-session.js'
import { eraseConversationContent } from '../../../src/use-cases/erase-conversation-content.js'
import { messagesById } from '../../../src/use-cases/reads/rows-by-id.js'
import { reportTaskProgress } from '../../../src/use-cases/report-task-progress.js'
import { rerunTask } from '../../../src/use-cases/rerun-task.js'
import { resetSession } from '../../../src/use-cases/reset-session.js'
import { updateChatSession } from '../../../src/use-cases/update-chat-session.js'
import type { Held } from '../../support/daemon-steps.js'
import { anAgent, aRuntime, claim, complete, enqueue, fail, run, say, taskNow } from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { rowsWith } from '../../support/rows-with.js'
import { codeOf, makeWorld, refusalOf, valueOf, workspaceBeside } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { Tamperer } from '../../support/tampering.js'
import { forEachDatabase } from '../../support/test-database.js'

const SECRET = 'Rosebud'
async function findings(database: Database): Promise<Finding[]> {
  const found: Finding[] = []
  await verifyLog(database, { report: (one) => found.push(one) })
  return found
}

forEachDatabase((open) => {
  let database: Database
  let world: World
  let runtime: Runtime
  let agent: Agent

  beforeAll(async () => {
    database = await open()
    world = await makeWorld(database)
    agent = await anAgent(world, (runtime = await aRuntime(world)), { maxConcurrentTasks: 5 })
  })

  const erase = (conversationId: string, requestId: string | null = null, by: World = world) =>
    eraseConversationContent(by.services, by.caller, { conversationId, requestId })

  async function aTalk(): Promise<{ id: string; turn: Task; failed: Task }> {
    const { services, caller } = world
    const opened = await createChatSession(services, caller, { agentId: agent.id, title: `About ${SECRET}` })
    const { id } = valueOf(opened).conversation
    const turn = await say(world, { id }, { content: `Find ${SECRET}.`, requestId: `${id}-1` })
    const held = await run(world, runtime)
    await progressOf(held)
    await complete(world, held, { output: `${SECRET} is a sledge.`, result: { [SECRET]: 1 }, sessionId: 'session-1' })
    await say(world, { id }, { content: `And ${SECRET}?` })
    const second = await run(world, runtime)
    const { task: failed } = await fail(world, second, { failureReason: `no ${SECRET}`, error: `No ${SECRET} here.` })
    return { id, turn, failed }
  }

  async function progressOf({ task: { id: taskId }, claimToken }: Held): Promise<void> {
    const entries = [{ seq: 1, kind: 'text', text: `Looking for ${SECRET}` }]
    valueOf(await reportTaskProgress(world.services, world.caller, { taskId, claimToken, entries }))
  }

  describe('erasing a chat', () => {
    let talk: { id: string; turn: Task; failed: Task }

    beforeEach(async () => {
      talk = await aTalk()
    })

    it('leaves none of its words in any table, and the log verifies', async () => {
      const before = await rowsWith(database, SECRET)
      expect(new Set(before.map((row) => row.split(' ')[0]))).toEqual(
        new Set(['conversation', 'conversation_listing', 'task_row', 'task_content', 'task_progress', 'chat_message']),
      )
      const { conversation, eventsStillHoldingText } = valueOf(await erase(talk.id))
      expect(await rowsWith(database, SECRET)).toEqual([])
      expect(eventsStillHoldingText).toBe(0)
      expect(conversation).toMatchObject({ title: null, erasedAt: world.clock.now() })
      expect(await findings(database)).toEqual([])
      await expectSound(database)
    })

    it('is recorded with its actor and time', async () => {
      world.clock.pass(60)
      await erase(talk.id)
      const { workspaceId, tokenId } = world.caller
      expect((await readStream(database.sql, workspaceId, talk.id)).at(-1)).toMatchObject({
        type: 'CONVERSATION_ERASED',
        actor: tokenId,
        occurredAt: world.clock.now(),
        data: {},
      })
    })

    it('keeps its tasks and messages without texts', async () => {
      valueOf(await erase(talk.id))
      const { services, caller } = world
      expect(await messagesById(services, caller.workspaceId, talk.turn.inputMessageIds)).toMatchObject([
        { role: 'USER', content: '' },
      ])
      expect(await taskNow(world, talk.failed)).toMatchObject({
        status: 'FAILED',
        failureReason: 'other',
        failureReasonText: null,
        failureError: null,
        erasedAt: world.clock.now(),
      })
    })

    it('changes nothing the second time, with or without a requestId', async () => {
      const first = valueOf(await erase(talk.id, 'once'))
      world.clock.pass(60)
      for (const requestId of ['once', 'again', null]) {
        const { conversation } = valueOf(await erase(talk.id, requestId))
        expect(conversation).toMatchObject({
          version: first.conversation.version,
          erasedAt: first.conversation.erasedAt,
        })
      }
      expect(await findings(database)).toEqual([])
    })

    it('can run again for later messages and titles', async () => {
      const { conversation: first } = valueOf(await erase(talk.id))
      const { services, caller } = world
      valueOf(await updateChatSession(services, caller, { chatSessionId: talk.id, title: SECRET }))
      await say(world, talk, { content: `Once more, ${SECRET}.` })
      await complete(world, await run(world, runtime), { output: SECRET })
      expect(await rowsWith(database, SECRET)).not.toEqual([])
      const { conversation } = valueOf(await erase(talk.id))
      expect(conversation.version).toBeGreaterThan(first.version)
      valueOf(await updateChatSession(services, caller, { chatSessionId: talk.id, title: SECRET }))
      valueOf(await erase(talk.id))
      expect(await rowsWith(database, SECRET)).toEqual([])
      expect(await findings(database)).toEqual([])
    })

    it('keeps its sessions resumable, because their transcripts are on the machines', async () => {
      valueOf(await erase(talk.id))
      await say(world, talk, { content: 'Go on.' })
      const held = await claim(world, runtime)
      expect(held.decision).toMatchObject({ outcome: 'RESUME', sessionId: 'session-1' })
      valueOf(await cancelTask(world.services, world.caller, { taskId: held.task.id }))
    })

    it('is refused while a task waits or runs, and erases nothing', async () => {
      const task = await say(world, talk, { content: `Wait for ${SECRET}.` })
      const waiting = refusalOf(await erase(talk.id))
      expect(waiting).toMatchObject({ code: 'ILLEGAL_TRANSITION', status: 'QUEUED' })
      expect(waiting.message).toContain(task.id)
      const held = await claim(world, runtime)
      expect(refusalOf(await erase(talk.id))).toMatchObject({ code: 'ILLEGAL_TRANSITION', status: 'CLAIMED' })
      expect(await rowsWith(database, `Wait for ${SECRET}`)).toHaveLength(1)
      valueOf(await cancelTask(world.services, world.caller, { taskId: held.task.id }))
      valueOf(await erase(talk.id))
      expect(await rowsWith(database, SECRET)).toEqual([])
    })

    it('is refused for another workspace with NOT_FOUND', async () => {
      expect(codeOf(await erase(talk.id, null, await workspaceBeside(world)))).toBe('NOT_FOUND')
      expect(await rowsWith(database, SECRET)).not.toEqual([])
      valueOf(await erase(talk.id))
    })

    it('counts the events with reasons, which stay', async () => {
      const { services, caller } = world
      const stopped = await say(world, talk)
      valueOf(await cancelTask(services, caller, { taskId: stopped.id, reason: 'enough' }))
      valueOf(await resetSession(services, caller, { conversationId: talk.id, reason: 'anew' }))
      expect(valueOf(await erase(talk.id)).eventsStillHoldingText).toBe(2)
    })
  })

  it('erasing an issue thread takes prompts, titles and metadata, and its tasks cannot be rerun', async () => {
    const texts = { title: `T ${SECRET}`, prompt: `P ${SECRET}`, metadata: { m: SECRET } }
    const task = await enqueue(world, agent, { issueKey: 'KEY-1', ...texts })
    await complete(world, await run(world, runtime), { result: { r: SECRET } })
    expect(await rowsWith(database, SECRET)).toHaveLength(3)
    valueOf(await erase(task.conversationId))
    expect(await rowsWith(database, SECRET)).toEqual([])
    const rerun = refusalOf(await rerunTask(world.services, world.caller, { taskId: task.id }))
    expect(rerun).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'input.taskId' }] })
    const next = await enqueue(world, agent, { issueKey: 'KEY-1', prompt: 'Something else.' })
    expect(next.conversationId).toBe(task.conversationId)
    await complete(world, await run(world, runtime))
    expect(await findings(database)).toEqual([])
  })
})

forEachDatabase((open) => {
  it('an error text in an event of schema version 1 stays and is counted, and the log verifies', async () => {
    const world = await makeWorld(await open())
    const { database } = world.services
    const runtime = await aRuntime(world)
    const task = await enqueue(world, await anAgent(world, runtime))
    await fail(world, await run(world, runtime), { error: 'No Rosebud here.' })
    const tamperer = await Tamperer.of(database)
    await tamperer.run(`UPDATE session_event SET "schemaVersion" = 1 WHERE type = 'TASK_FAILED'`)
    const stream = await readStream(database.sql, task.workspaceId, task.conversationId)
    const failed = stream.find(({ type }) => type === 'TASK_FAILED')
    if (failed === undefined) throw new Error('Nothing failed.')
    await tamperer.forge(failed, ({ errorBytes: _bytes, ...data }) => ({ ...data, error: 'No Rosebud here.' }))
    expect(await findings(database)).toEqual([])
    const input = { conversationId: task.conversationId }
    const erased = valueOf(await eraseConversationContent(world.services, world.caller, input))
    expect(erased.eventsStillHoldingText).toBe(1)
    expect((await rowsWith(database, 'Rosebud')).map((row) => row.split(' ')[0])).toEqual(['session_event'])
    expect(await findings(database)).toEqual([])
  })

  it('verify finds a restored error text and an undone erasure', async () => {
    const world = await makeWorld(await open())
    const { database } = world.services
    const runtime = await aRuntime(world)
    const task = await enqueue(world, await anAgent(world, runtime), { title: 'A title' })
    await fail(world, await run(world, runtime), { error: 'Gone.' })
    valueOf(await eraseConversationContent(world.services, world.caller, { conversationId: task.conversationId }))
    const tamperer = await Tamperer.of(database)
    for (const [table, set, kind] of [
      ['task_row', `"failureError" = 'Gone.'`, 'TASK_ROW'],
      ['task_row', `title = 'A title'`, 'TASK_ROW'],
      ['task_row', `"erasedAt" = NULL`, 'TASK_ROW'],
      ['conversation', `"erasedVersion" = 1`, 'CONVERSATION_ROW'],
      ['conversation', `"erasedAt" = NULL`, 'CONVERSATION_ROW'],
    ] as const) {
      await tamperer.run(`UPDATE ${table} SET ${set}`)
      expect((await findings(database)).map((finding) => finding.kind)).toEqual([kind])
      await tamperer.restore()
    }
    expect(await findings(database)).toEqual([])
  })
})
