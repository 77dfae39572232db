import { beforeAll, beforeEach, expect, it } from 'vitest'
import type { Agent, Runtime } from '../../../src/generated/prisma/client.js'
import { cancelTask } from '../../../src/use-cases/cancel-task.js'
import { conversationById } from '../../../src/use-cases/reads/rows-by-id.js'
import { explainResume } from '../../../src/use-cases/explain-resume.js'
import { recordedDecisions } from '../../../src/use-cases/reads/recorded-decision.js'
import { resetSession } from '../../../src/use-cases/reset-session.js'
import { sessionAt } from '../../../src/use-cases/reads/session-at.js'
import { updateAgent } from '../../../src/use-cases/update-agent.js'
import { updateChatSession } from '../../../src/use-cases/update-chat-session.js'
import type { ConversationRow } from '../../../src/use-cases/transaction/conversation-work.js'
import { aChat, anAgent, aRuntime, claim, complete, pin, run, say, start } from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { codeOf, makeWorld, valueOf } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'

describePostgres('sessions of a chat', (open) => {
  let world: World
  let runtime: Runtime
  let agent: Agent
  let chat: ConversationRow

  beforeAll(async () => {
    world = await makeWorld(await open())
  })

  beforeEach(async () => {
    runtime = await aRuntime(world)
    agent = await anAgent(world, runtime)
    chat = await aChat(world, agent)
  })

  async function turn(sessionId: string, workDir: string | null = null): Promise<void> {
    await say(world, chat)
    await complete(world, await run(world, runtime), { sessionId, workDir })
  }

  async function row(): Promise<ConversationRow> {
    const found = await conversationById(world.services, world.caller.workspaceId, chat.id)
    if (found === null) throw new Error('It is gone.')
    return found
  }

  it('a late pin after a cancellation fills empty fields, once', async () => {
    await say(world, chat)
    const held = await run(world, runtime)
    await cancelTask(world.services, world.caller, { taskId: held.task.id })
    expect(await pin(world, held, 'late', '/late')).toMatchObject({
      accepted: true,
      task: { status: 'CANCELLED', sessionId: 'late', workDir: '/late' },
    })
    expect((await pin(world, held, 'later')).accepted).toBe(false)
    await say(world, chat)
    expect((await claim(world, runtime)).decision).toMatchObject({ outcome: 'RESUME', sessionId: 'late' })
    await expectSound(world.services.database)
  })

  it('a pin after any other end of the run changes nothing', async () => {
    await say(world, chat)
    const held = await run(world, runtime)
    await complete(world, held, { sessionId: 'mine' })
    const version = (await row()).version
    expect(await pin(world, held, 'other')).toMatchObject({ accepted: false, task: { sessionId: 'mine' } })
    expect((await row()).version).toBe(version)
  })

  it('a repeated pin writes nothing', async () => {
    await say(world, chat)
    const held = await run(world, runtime)
    await pin(world, held, 'mine', '/work')
    const { version } = await row()
    expect((await pin(world, held, 'mine')).accepted).toBe(true)
    expect((await row()).version).toBe(version)
  })

  it('a session that the provider refused is not offered again', async () => {
    await turn('gone')
    await say(world, chat)
    const held = await claim(world, runtime)
    expect(held.decision.sessionId).toBe('gone')
    await start(world, held, { resumeResult: 'REFUSED' })
    await complete(world, held)
    await say(world, chat)
    expect((await claim(world, runtime)).decision).toMatchObject({ outcome: 'FRESH', reason: 'SESSION_RETIRED' })
  })

  it('a reset drops one session, or all; a repeated one writes nothing', async () => {
    await turn('one')
    await turn('two')
    const reset = (sessionId: string | null) =>
      resetSession(world.services, world.caller, { conversationId: chat.id, sessionId })
    const after = valueOf(await reset('two')).conversation
    expect(after.lastActivityAt).toEqual((await row()).lastActivityAt)
    const explained = valueOf(await explainResume(world.services, world.caller, { conversation: await row() }))
    expect(explained.sessionId).toBe('one')
    await reset(null)
    const { version } = await row()
    await reset(null)
    await reset('one')
    expect((await row()).version).toBe(version)
    expect(codeOf(await reset('never'))).toBe('NOT_FOUND')
    await say(world, chat)
    expect((await claim(world, runtime)).decision).toMatchObject({ outcome: 'FRESH', reason: 'SESSION_RESET' })
  })

  it('a moved agent’s chat starts fresh on the new runtime, in its old directory', async () => {
    await turn('here', '/here')
    const other = await aRuntime(world)
    await updateAgent(world.services, world.caller, { agentId: agent.id, runtimeId: other.id })
    await say(world, chat)
    const { decision } = await claim(world, other)
    expect(decision).toMatchObject({
      outcome: 'FRESH',
      reason: 'RUNTIME_MISMATCH',
      workDir: '/here',
      continuityGap: true,
    })
    expect(decision.candidates.map(({ binding }) => binding.runtimeId)).toEqual([runtime.id])
  })

  it('a claim’s decision can be explained again from the log', async () => {
    await turn('one', '/one')
    await say(world, chat)
    const { decision, task } = await claim(world, runtime)
    await say(world, chat)
    const key = { conversationId: chat.id, claimVersion: task.claimVersion ?? 0 }
    expect(await recordedDecisions(world.services.database.sql, world.caller.workspaceId, [key])).toEqual([decision])
  })

  it('later events do not change the past', async () => {
    await turn('one')
    const then = await sessionAt(world.services, await row(), null)
    await turn('two')
    await resetSession(world.services, world.caller, { conversationId: chat.id })
    expect(await sessionAt(world.services, await row(), then.position)).toEqual(then)
    const input = { conversation: await row(), then }
    expect(valueOf(await explainResume(world.services, world.caller, input)).sessionId).toBe('one')
    const nothing = await sessionAt(world.services, await row(), '0')
    expect([nothing.state.version, nothing.position, nothing.occurredAt]).toEqual([0, '0', null])
  })

  it('renaming and archiving do not count as activity, and answer with the stored chat', async () => {
    world.clock.pass(5)
    const input = { chatSessionId: chat.id, title: 'Another', archived: true }
    const { conversation } = valueOf(await updateChatSession(world.services, world.caller, input))
    expect(conversation).toEqual(await row())
    expect(conversation).toMatchObject({ title: 'Another', archivedAt: world.clock.now() })
    expect(conversation.lastActivityAt).not.toEqual(world.clock.now())
  })
})
