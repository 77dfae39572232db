import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import { statement } from '../../../src/database/sql.js'
import { readStream } from '../../../src/event-log/read-stream.js'
import type { Agent, Runtime } from '../../../src/generated/prisma/client.js'
import { createChatSession } from '../../../src/use-cases/create-chat-session.js'
import { eraseConversationContent } from '../../../src/use-cases/erase-conversation-content.js'
import { reportTaskProgress } from '../../../src/use-cases/report-task-progress.js'
import { retain } from '../../../src/use-cases/retention/retain.js'
import type { Held } from '../../support/daemon-steps.js'
import { anAgent, aRuntime, complete, enqueue, fail, run, say } from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { rowsWith } from '../../support/rows-with.js'
import { makeWorld, valueOf } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'
import { findingsOf } from './findings-of.js'

const DAY = 86_400
/** What a server that was killed held while another sealed the conversation. */
const ORPHAN = statement(
  'test_orphan',
  `INSERT INTO task_progress ("workspaceId", "taskId", seq, kind, text, at) VALUES ($1, 'gone', 1, 'text', $2, now())`,
)
const KEEP_ALL = { progressDays: 0, textsDays: 0, conversationsDays: 0 }

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

  const retained = (keep: Partial<typeof KEEP_ALL>, signal = new AbortController().signal) =>
    retain(world.services, { ...KEEP_ALL, ...keep }, signal)

  async function aChat(title: string): Promise<{ id: string }> {
    return valueOf(await createChatSession(world.services, world.caller, { agentId: agent.id, title })).conversation
  }

  async function aTurn(chat: { id: string }, word: string): Promise<Held> {
    await say(world, chat, { content: `Find ${word}.` })
    const held = await run(world, runtime)
    await complete(world, held, { output: `Found ${word}.`, result: { [word]: 1 } })
    return held
  }

  async function tell({ task, claimToken }: Held, texts: readonly string[]): Promise<void> {
    const entries = texts.map((text, n) => ({ seq: n + 1, kind: 'text', text }))
    valueOf(await reportTaskProgress(world.services, world.caller, { taskId: task.id, claimToken, entries }))
  }

  describe('progress', () => {
    it('is deleted some days after the end of its task, and never for a running task', async () => {
      await enqueue(world, agent, { issueKey: 'OLD-1' })
      const ended = await run(world, runtime)
      await tell(ended, ['Sycamore one', 'Sycamore two'])
      await complete(world, ended, {})
      await enqueue(world, agent, { issueKey: 'OLD-2' })
      const running = await run(world, runtime)
      await tell(running, ['Tamarind'])
      world.clock.pass(14 * DAY)
      expect(await retained({ progressDays: 14 })).toMatchObject({ progressDeleted: 0 })
      world.clock.pass(1)
      expect(await retained({ progressDays: 14 })).toMatchObject({ progressDeleted: 2 })
      expect(await rowsWith(database, 'Sycamore')).toEqual([])
      expect(await rowsWith(database, 'Tamarind')).toHaveLength(1)
      await complete(world, running, {})
      expect(await retained({ progressDays: 14 })).toMatchObject({ progressDeleted: 0 })
    })

    it('is deleted for more tasks and entries than fit into a batch, once, by two servers', async () => {
      const held: Held[] = []
      for (let n = 0; n < 3; n++) {
        await enqueue(world, agent, { issueKey: `MANY-${n}` })
        held.push(await run(world, runtime))
      }
      const many = Array.from({ length: 500 }, (_, n) => `Larch ${n}`)
      for (const one of held) await tell(one, many)
      for (const one of held) await complete(world, one, {})
      world.clock.pass(2 * DAY)
      const both = await Promise.all([retained({ progressDays: 1 }), retained({ progressDays: 1 })])
      expect(both.reduce((sum, { progressDeleted }) => sum + progressDeleted, 0)).toBeGreaterThanOrEqual(1500)
      expect(await rowsWith(database, 'Larch')).toEqual([])
    })

    it('is deleted even if its task was removed first', async () => {
      await database.sql.rows(ORPHAN, [world.caller.workspaceId, 'Sequoia'])
      expect(await retained({ progressDays: 14 })).toMatchObject({ progressDeleted: 1 })
      expect(await rowsWith(database, 'Sequoia')).toEqual([])
    })

    it('is kept if the server stops', async () => {
      await enqueue(world, agent, { issueKey: 'STOP-1' })
      const held = await run(world, runtime)
      await tell(held, ['Hemlock'])
      await complete(world, held, {})
      world.clock.pass(2 * DAY)
      expect(await retained({ progressDays: 1 }, AbortSignal.abort())).toMatchObject({ progressDeleted: 0 })
      expect(await rowsWith(database, 'Hemlock')).toHaveLength(1)
    })
  })

  describe('texts', () => {
    // What the tests before left is old by now.
    beforeEach(async () => {
      world.clock.pass(2 * DAY)
      await retained({ textsDays: 1 })
    })

    it('are erased for old turns, and not for younger ones of the same chat', async () => {
      const chat = await aChat('A title')
      await aTurn(chat, 'Juniper')
      world.clock.pass(20 * DAY)
      await aTurn(chat, 'Magnolia')
      world.clock.pass(11 * DAY)
      expect(await retained({ textsDays: 30 })).toMatchObject({ conversationsErased: 1 })
      expect(await rowsWith(database, 'Juniper')).toEqual([])
      expect(new Set((await rowsWith(database, 'Magnolia')).map((row) => row.split(' ')[0]))).toEqual(
        new Set(['chat_message', 'task_content']),
      )
      expect(await findingsOf(database)).toEqual([])
      const [event] = (await readStream(database.sql, world.caller.workspaceId, chat.id)).slice(-1)
      expect(event).toMatchObject({ type: 'CONVERSATION_ERASED', actor: 'system', data: { throughVersion: 6 } })
      expect(await retained({ textsDays: 30 })).toMatchObject({ conversationsErased: 0 })
    })

    it('are erased for all turns by an admin afterwards, with the title', async () => {
      const chat = await aChat('Of a Cypress')
      await aTurn(chat, 'Cypress')
      world.clock.pass(31 * DAY)
      await aTurn(chat, 'Cypress')
      await retained({ textsDays: 30 })
      expect(await rowsWith(database, 'Of a Cypress')).not.toEqual([])
      valueOf(await eraseConversationContent(world.services, world.caller, { conversationId: chat.id }))
      expect(await rowsWith(database, 'Cypress')).toEqual([])
      expect(await findingsOf(database)).toEqual([])
    })

    it('are kept while a waiting task needs them, and erased after its end', async () => {
      await enqueue(world, agent, { issueKey: 'WAIT-1', prompt: 'Of an Alder.' })
      await complete(world, await run(world, runtime), {})
      world.clock.pass(31 * DAY)
      await enqueue(world, agent, { issueKey: 'WAIT-1', prompt: 'Of a Rowan.' })
      expect(await retained({ textsDays: 30 })).toMatchObject({ conversationsErased: 0 })
      expect(await rowsWith(database, 'Of an Alder.')).not.toEqual([])
      await complete(world, await run(world, runtime), {})
      expect(await retained({ textsDays: 30 })).toMatchObject({ conversationsErased: 1 })
      expect(await rowsWith(database, 'Of an Alder.')).toEqual([])
      expect(await rowsWith(database, 'Of a Rowan.')).not.toEqual([])
    })

    it('are kept for a message that a younger retry of its turn answers', async () => {
      const chat = await aChat('Retried')
      await say(world, chat, { content: 'About the Wisteria.' })
      await fail(world, await run(world, runtime), { failureReason: 'timeout', error: 'Old Spruce.' })
      world.clock.pass(31 * DAY)
      const retry = await run(world, runtime)
      await complete(world, retry, { output: 'Done.' })
      expect(await retained({ textsDays: 30 })).toMatchObject({ conversationsErased: 1 })
      expect(await rowsWith(database, 'Old Spruce.')).toEqual([])
      expect(await rowsWith(database, 'About the Wisteria.')).not.toEqual([])
      world.clock.pass(31 * DAY)
      expect(await retained({ textsDays: 30 })).toMatchObject({ conversationsErased: 1 })
      expect(await rowsWith(database, 'About the Wisteria.')).toEqual([])
      expect(await findingsOf(database)).toEqual([])
      await expectSound(database)
    })
  })
})
