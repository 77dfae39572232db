import { beforeAll, expect, it } from 'vitest'
import { rerunTask } from '../../../src/use-cases/rerun-task.js'
import { updateChatSession } from '../../../src/use-cases/update-chat-session.js'
import {
  aChat,
  anAgent,
  aRuntime,
  claim,
  complete,
  fail,
  noTask,
  run,
  say,
  taskNow,
} from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { codeOf, makeWorld, valueOf } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

forEachDatabase((open) => {
  let world: World

  beforeAll(async () => {
    world = await makeWorld(await open())
  })

  const set = async (chatSessionId: string, archived: boolean) =>
    valueOf(await updateChatSession(world.services, world.caller, { chatSessionId, archived })).conversation

  it('archiving a chat cancels its waiting tasks; a running task may end, and none runs afterwards', async () => {
    const runtime = await aRuntime(world)
    const agent = await anAgent(world, runtime)
    const chat = await aChat(world, agent)
    const other = await say(world, await aChat(world, agent), { priority: 0 })
    await say(world, chat)
    const held = await run(world, runtime)
    const waiting = [await say(world, chat), await say(world, chat)]
    const { archivedAt, version } = await set(chat.id, true)
    expect(archivedAt).not.toBeNull()
    for (const task of waiting) expect((await taskNow(world, task)).status).toBe('CANCELLED')
    expect(version).toBe((await set(chat.id, true)).version)
    expect((await fail(world, held, { failureReason: 'timeout' })).retry).toBeNull()
    expect(codeOf(await rerunTask(world.services, world.caller, { taskId: held.task.id }))).toBe('BAD_USER_INPUT')
    expect((await claim(world, runtime)).task.id).toBe(other.id)
    expect(await noTask(world, runtime)).toEqual(['QUEUE_EMPTY'])
    await set(chat.id, false)
    const again = await say(world, chat)
    const next = await run(world, runtime)
    expect(next.task.id).toBe(again.id)
    await set(chat.id, true)
    expect((await complete(world, next)).status).toBe('COMPLETED')
    await expectSound(world.services.database)
  })
})
