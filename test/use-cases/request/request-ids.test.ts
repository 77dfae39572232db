import { beforeAll, expect, it } from 'vitest'
import type { Agent, Runtime } from '../../../src/generated/prisma/client.js'
import { claimTask } from '../../../src/use-cases/claim-task.js'
import { createAgent } from '../../../src/use-cases/create-agent.js'
import { createChatSession } from '../../../src/use-cases/create-chat-session.js'
import { enqueueTask } from '../../../src/use-cases/enqueue-task.js'
import type { Outcome } from '../../../src/use-cases/calls/outcome.js'
import { rerunTask } from '../../../src/use-cases/rerun-task.js'
import { sendChatMessage } from '../../../src/use-cases/send-chat-message.js'
import type { ConversationRow } from '../../../src/use-cases/transaction/conversation-work.js'
import { sweep } from '../../../src/use-cases/sweep.js'
import { aChat, anAgent, aRuntime, ask, claim, complete, enqueue, run, start } from '../../support/daemon-steps.js'
import { callerIn, codeOf, makeWorld, servicesOver, valueOf } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'

describePostgres('a requestId', (open) => {
  let world: World
  let runtime: Runtime
  let agent: Agent
  let chat: ConversationRow
  let ended: string[]

  beforeAll(async () => {
    world = await makeWorld(await open())
    runtime = await aRuntime(world)
    agent = await anAgent(world, runtime, { maxConcurrentTasks: 100 })
    chat = await aChat(world, agent)
    ended = []
    for (let n = 0; n < 2; n++) {
      ended.push((await enqueue(world, agent)).id)
      await complete(world, await run(world, runtime))
    }
  })

  /** The call, its argument changed, and the id in its answer. */
  type Call = (world: World, requestId: string, other: boolean) => Promise<Outcome<string | undefined>>

  async function idOf<T>(outcome: Promise<Outcome<T>>, id: (value: T) => string | undefined) {
    const settled = await outcome
    return settled.ok ? { ok: true as const, value: id(settled.value) } : settled
  }

  const CALLS: Record<string, Call> = {
    createAgent: ({ services, caller }, requestId, other) => {
      const config = other ? { b: 2, a: 2 } : { a: 1, b: 2 }
      const input = { name: 'Ada', runtimeId: runtime.id, config, requestId }
      return idOf(createAgent(services, caller, input), (value) => value.agent.id)
    },
    createChatSession: ({ services, caller }, requestId, other) => {
      const input = { agentId: agent.id, title: other ? 'B' : 'A', requestId }
      return idOf(createChatSession(services, caller, input), (value) => value.conversation.id)
    },
    sendChatMessage: ({ services, caller }, requestId, other) => {
      const input = { chatSessionId: chat.id, content: other ? 'B' : 'A', requestId }
      return idOf(sendChatMessage(services, caller, input), ({ message, task }) => message.id + task.id)
    },
    enqueueTask: ({ services, caller }, requestId, other) => {
      const input = { agentId: agent.id, issueKey: requestId, prompt: other ? 'B' : 'A', requestId }
      return idOf(enqueueTask(services, caller, input), ({ task }) => task.id)
    },
    rerunTask: ({ services, caller }, requestId, other) =>
      idOf(rerunTask(services, caller, { taskId: ended[other ? 1 : 0] ?? '', requestId }), ({ task }) => task.id),
    claimTask: async (server, requestId, other) => {
      await enqueue(world, agent)
      const input = { runtimeIds: [runtime.id], max: 1, leaseSeconds: other ? 9 : null, requestId }
      return idOf(claimTask(server.services, server.caller, { ...input, mutation: 'claimTask' }), ({ claims }) =>
        claims.map(({ claimToken }) => claimToken).join(' '),
      )
    },
  }

  for (const [name, call] of Object.entries(CALLS)) {
    it(`of ${name} gives the first answer again, also after a restart of the server`, async () => {
      const first = valueOf(await call(world, 'again', false))
      const restarted = { ...world, services: servicesOver(world.services.database, world.clock) }
      expect(valueOf(await call(restarted, 'again', false))).toBe(first)
      expect(valueOf(await call(world, 'another', false))).not.toBe(first)
    })

    it(`of ${name} with other arguments is REQUEST_ID_REUSED`, async () => {
      await call(world, 'reused', false)
      expect(codeOf(await call(world, 'reused', true))).toBe('REQUEST_ID_REUSED')
    })

    it(`of ${name} belongs to the token that used it`, async () => {
      const first = valueOf(await call(world, 'mine', false))
      const other = { ...world, caller: callerIn(world.caller.workspaceId) }
      expect(valueOf(await call(other, 'mine', false))).not.toBe(first)
    })
  }

  it('of an empty claim can be used again, and then gets work', async () => {
    const idle = await aRuntime(world)
    const asked = { requestId: 'patient' }
    expect((await ask(world, idle, asked)).claims).toEqual([])
    const task = await enqueue(world, await anAgent(world, idle))
    expect((await claim(world, idle, asked)).task.id).toBe(task.id)
  })

  it('of a repeated claim marks it as repeated, with the first token, lease and decision and the current task', async () => {
    const place = await aRuntime(world)
    await enqueue(world, await anAgent(world, place))
    const first = await claim(world, place, { requestId: 'said' })
    expect(first.replayed).toBe(false)
    await start(world, first)
    await complete(world, first)
    world.clock.pass(1)
    const again = await claim(world, place, { requestId: 'said' })
    expect(again).toMatchObject({ replayed: true, claimToken: first.claimToken, leaseExpiresAt: first.leaseExpiresAt })
    expect(again.decision).toEqual(first.decision)
    expect(again.task.status).toBe('COMPLETED')
  })

  it('is kept for at least a day', async () => {
    const make = () =>
      createAgent(world.services, world.caller, { name: 'Ada', runtimeId: runtime.id, requestId: 'kept' })
    const kept = valueOf(await make()).agent.id
    world.clock.pass(24 * 3600)
    await sweep(world.services)
    expect(valueOf(await make()).agent.id).toBe(kept)
  })
})
