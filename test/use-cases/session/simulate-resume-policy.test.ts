import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import { verifyLog } from '../../../src/event-log/verify/verify-log.js'
import type { ResumePolicy } from '../../../src/session-pointer/events.js'
import { DEFAULT_POLICY } from '../../../src/session-pointer/resume-policy.js'
import { simulateResumePolicy } from '../../../src/use-cases/simulate-resume-policy.js'
import type { PolicySimulation, SimulationAsked } from '../../../src/use-cases/simulate-resume-policy.js'
import { updateAgent } from '../../../src/use-cases/update-agent.js'
import { aChat, anAgent, aRuntime, claim, complete, run, say } from '../../support/daemon-steps.js'
import { actAtRandom, aPlayground, dice } from '../../support/random-work.js'
import { makeWorld, valueOf, workspaceBeside } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

const policies = fc.record<ResumePolicy>({
  enabled: fc.nat({ max: 4 }).map((n) => n > 0),
  scope: fc.constantFrom('LATEST', 'NEWEST_ON_RUNTIME'),
  onAgentChange: fc.constantFrom('RESUME', 'FRESH'),
  maxResumeFailures: fc.integer({ min: 1, max: 3 }),
  maxAgeSeconds: fc.constantFrom(null, 5, 30),
})

forEachDatabase((open) => {
  let world: World
  let database: Database

  beforeAll(async () => {
    database = await open()
    world = await makeWorld(database)
  })

  function simulated(
    { services, caller }: World,
    policy: Partial<ResumePolicy>,
    { since = null, agentId = null, first = 20 }: Partial<Omit<SimulationAsked, 'policy'>> = {},
  ): Promise<PolicySimulation> {
    const whole = { ...DEFAULT_POLICY, ...policy }
    return simulateResumePolicy(services.database.sql, caller.workspaceId, { policy: whole, since, agentId, first })
  }

  describe('a conversation that went to another runtime and came back', () => {
    let own: World
    let chatId: string
    let taskId: string
    let back: Date

    beforeAll(async () => {
      own = await workspaceBeside(world)
      const [laptop, server] = [await aRuntime(own), await aRuntime(own)]
      const agent = await anAgent(own, laptop)
      const chat = await aChat(own, agent)
      for (const runtime of [laptop, server]) {
        valueOf(await updateAgent(own.services, own.caller, { agentId: agent.id, runtimeId: runtime.id }))
        await say(own, chat)
        await complete(own, await run(own, runtime), { sessionId: `session-of-${runtime === laptop ? 1 : 2}` })
        own.clock.pass(60)
      }
      valueOf(await updateAgent(own.services, own.caller, { agentId: agent.id, runtimeId: laptop.id }))
      await say(own, chat)
      back = own.clock.now()
      const held = await claim(own, laptop)
      chatId = chat.id
      taskId = held.task.id
    })

    it('flips to its older session under NEWEST_ON_RUNTIME, counted by reason with an example', async () => {
      expect(await simulated(own, { scope: 'NEWEST_ON_RUNTIME' })).toEqual({
        claims: 3,
        flips: 1,
        byReason: [{ from: 'RUNTIME_MISMATCH', to: 'SAME_RUNTIME', count: 1 }],
        examples: [
          {
            workspaceId: own.caller.workspaceId,
            conversationId: chatId,
            taskId,
            occurredAt: back,
            position: expect.stringMatching(/^\d+$/) as string,
            recorded: { outcome: 'FRESH', reason: 'RUNTIME_MISMATCH', sessionId: null },
            simulated: { outcome: 'RESUME', reason: 'SAME_RUNTIME', sessionId: 'session-of-1' },
          },
        ],
      })
    })

    it('is counted even if no example is requested', async () => {
      expect(await simulated(own, { scope: 'NEWEST_ON_RUNTIME' }, { first: 0 })).toMatchObject({
        flips: 1,
        examples: [],
      })
    })

    it('is judged only for claims since a time, inclusive, from all events before each claim', async () => {
      const later = new Date(back.getTime() + 1)
      expect(await simulated(own, { scope: 'NEWEST_ON_RUNTIME' }, { since: back })).toMatchObject({
        claims: 1,
        flips: 1,
      })
      expect(await simulated(own, { scope: 'NEWEST_ON_RUNTIME' }, { since: later })).toMatchObject({
        claims: 0,
        flips: 0,
      })
    })

    it('is judged for one agent only', async () => {
      const [agent] = await own.services.database.prisma.agent.findMany({
        where: { workspaceId: own.caller.workspaceId },
      })
      const other = await anAgent(own, await aRuntime(own))
      const elsewhere = { scope: 'NEWEST_ON_RUNTIME' } as const
      expect(await simulated(own, elsewhere, { agentId: agent?.id ?? '' })).toMatchObject({ claims: 3, flips: 1 })
      expect(await simulated(own, elsewhere, { agentId: other.id })).toMatchObject({ claims: 0, flips: 0 })
    })

    it('is hidden from other workspaces', async () => {
      const other = await simulated(await workspaceBeside(world), { enabled: false })
      expect(other).toEqual({ claims: 0, flips: 0, byReason: [], examples: [] })
    })

    it('does not flip if only the reason changes', async () => {
      const { flips } = await simulated(own, { enabled: false })
      expect(flips).toBe(0)
    })
  })

  describe('random work', () => {
    async function workedAt(seed: number, policy: ResumePolicy): Promise<World> {
      const own = await workspaceBeside(world)
      const ground = await aPlayground(own)
      for (const { id } of ground.agents) {
        valueOf(await updateAgent(own.services, own.caller, { agentId: id, resumePolicy: policy }))
      }
      const roll = dice(seed)
      for (let act = 0; act < 80; act++) await actAtRandom(own, ground, roll)
      return own
    }

    it('flips nothing under the recorded policy, and all counts are consistent under any other', async () => {
      const property = fc.asyncProperty(fc.nat(), policies, policies, async (seed, inForce, other) => {
        const own = await workedAt(seed, inForce)
        const same = await simulated(own, inForce)
        expect(same).toMatchObject({ flips: 0, byReason: [], examples: [] })
        const { workspaceId } = own.caller
        const { decisionsRecomputed } = await verifyLog(database, { workspaceId, report: () => undefined })
        const { claims, flips, byReason, examples } = await simulated(own, other, { first: 5 })
        expect(claims).toBe(decisionsRecomputed)
        expect(same.claims).toBe(claims)
        expect(byReason.reduce((sum, { count }) => sum + count, 0)).toBe(flips)
        expect(byReason.map(({ count }) => count)).toEqual(byReason.map(({ count }) => count).toSorted((a, b) => b - a))
        expect(examples).toHaveLength(Math.min(5, flips))
      })
      await fc.assert(property, { numRuns: 5 })
    })
  })
})
