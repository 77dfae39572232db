import { beforeAll, expect, it } from 'vitest'
import { resetSession } from '../../../src/use-cases/reset-session.js'
import { aChat, anAgent, aRuntime, claim, complete, run, say } from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { makeWorld, valueOf } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

forEachDatabase((open) => {
  let world: World

  beforeAll(async () => {
    world = await makeWorld(await open())
  })

  it('a run during a reset of all sessions brings none back, even if there was none before', async () => {
    const runtime = await aRuntime(world)
    const chat = await aChat(world, await anAgent(world, runtime))
    const reset = async () =>
      valueOf(await resetSession(world.services, world.caller, { conversationId: chat.id })).conversation.version
    await say(world, chat)
    const held = await run(world, runtime)
    const version = await reset()
    expect(await reset()).toBe(version)
    await complete(world, held, { sessionId: 'A' })
    await say(world, chat)
    const next = await claim(world, runtime)
    expect(next.decision).toMatchObject({ outcome: 'FRESH', reason: 'SESSION_RESET', sessionId: null })
    await expectSound(world.services.database)
  })
})
