import { beforeAll, expect, it } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import { readStream } from '../../../src/event-log/read-stream.js'
import type { Agent, Runtime } from '../../../src/generated/prisma/client.js'
import { startTask } from '../../../src/use-cases/start-task.js'
import { aChat, anAgent, aRuntime, claim, fail, say } from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { makeWorld, valueOf } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

forEachDatabase((open) => {
  let database: Database
  let world: World
  let runtime: Runtime
  let agent: Agent

  beforeAll(async () => {
    database = await open()
    world = await makeWorld(database)
    agent = await anAgent(world, (runtime = await aRuntime(world)), { maxConcurrentTasks: 9 })
  })

  const typesOf = async (conversationId: string) =>
    (await readStream(database.sql, world.caller.workspaceId, conversationId)).map(({ type }) => type)

  it('startTask with a session starts and pins in one commit, and a repeat adds nothing', async () => {
    const chat = await aChat(world, agent)
    await say(world, chat)
    const held = await claim(world, runtime)
    const input = { taskId: held.task.id, claimToken: held.claimToken, sessionId: 'session-1', workDir: '/w/1' }
    const { task } = valueOf(await startTask(world.services, world.caller, input))
    expect(task).toMatchObject({ status: 'RUNNING', sessionId: 'session-1', workDir: '/w/1' })
    const again = await startTask(world.services, world.caller, { ...input, sessionId: 'session-2' })
    expect(valueOf(again).task).toMatchObject({ status: 'RUNNING', sessionId: 'session-1', workDir: '/w/1' })
    expect((await typesOf(chat.id)).slice(-3)).toEqual(['TASK_CLAIMED', 'TASK_STARTED', 'SESSION_PINNED'])
    await expectSound(database)
  })

  it('the next claim resumes the session that startTask pinned', async () => {
    const chat = await aChat(world, agent)
    await say(world, chat)
    const held = await claim(world, runtime)
    const place = { sessionId: 'session-3', workDir: '/w/3' }
    await startTask(world.services, world.caller, { taskId: held.task.id, claimToken: held.claimToken, ...place })
    await fail(world, held, { failureReason: 'agent_error', error: 'It broke.' })
    await say(world, chat)
    const { decision } = await claim(world, runtime)
    expect(decision).toMatchObject({ outcome: 'RESUME', ...place })
  })

  it('startTask can name a fresh session in place of a refused one', async () => {
    const chat = await aChat(world, agent)
    await say(world, chat)
    const first = await claim(world, runtime)
    const started = { taskId: first.task.id, claimToken: first.claimToken, sessionId: 'dead' }
    await startTask(world.services, world.caller, started)
    await fail(world, first, { failureReason: 'agent_error', error: 'It broke.' })
    await say(world, chat)
    const second = await claim(world, runtime)
    expect(second.decision.sessionId).toBe('dead')
    const refused = { taskId: second.task.id, claimToken: second.claimToken, resumeResult: 'REFUSED' as const }
    await startTask(world.services, world.caller, { ...refused, sessionId: 'alive' })
    await fail(world, second, { failureReason: 'agent_error', error: 'It broke.' })
    await say(world, chat)
    expect((await claim(world, runtime)).decision.sessionId).toBe('alive')
  })
})
