import { beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/sql.js'
import { statement } from '../../src/database/sql.js'
import type { Task } from '../../src/generated/prisma/client.js'
import { updateAgent } from '../../src/use-cases/update-agent.js'
import { claim, noTask } from '../support/daemon-steps.js'
import { callerIn, servicesOver, SettableClock, valueOf } from '../support/services.js'
import type { World } from '../support/services.js'
import { describePostgres, forEachDatabase } from '../support/test-database.js'
import { openPostgresDatabase } from '../support/postgres-database.js'
import type { PostgresDatabase } from '../support/postgres-database.js'
import { contentsOf, importInto, oursOf, verified } from './imported.js'
import type { Imported } from './imported.js'
import { timeAt } from './given-rows.js'
import { SourceDatabase } from './source-database.js'
import { tellStory } from './source-story.js'
import type { Story } from './source-story.js'

const taskRow = statement('test_task', 'SELECT * FROM task WHERE id = $1')
const conversationRow = statement('test_conversation', 'SELECT * FROM conversation WHERE id = $1')

describePostgres('a source', () => {
  describe.each([59, 60, 200, 'NEW'] as const)('as migration %s left it', (shape) => {
    forEachDatabase((open) => {
      let home: PostgresDatabase
      let source: SourceDatabase
      let story: Story
      let database: Database
      let before: string
      let imported: Imported
      let world: World

      beforeAll(async () => {
        home = await openPostgresDatabase()
        source = await SourceDatabase.create(home, shape)
        story = await tellStory(source, shape === 'NEW' ? 'NEW' : 'OLD')
        before = await source.contents()
        database = await open()
        imported = await importInto(database, source)
        const clock = new SettableClock()
        world = { services: servicesOver(database, clock), clock, caller: callerIn(imported.summary.workspace.id) }
        return async () => {
          await source.close()
          await home.close()
        }
      })

      const claimOn = async (runtime: string) => claim(world, { id: await oursOf(database, runtime) })
      const sessionsOf = (chat: string) =>
        imported.conversations.flatMap((one) =>
          one.status === 'IMPORTED' && one.source.endsWith(chat) ? one.sessions : [],
        )

      it('is imported completely, and verify has no findings', async () => {
        const { findings, tally } = await verified(database)
        expect(findings).toEqual([])
        expect(tally).toMatchObject({ conversations: 7, claimsWithoutDecision: tally.claims, unknownEvents: 0 })
        expect(tally.claims).toBeGreaterThan(5)
      })

      it('is not changed', async () => {
        expect(await source.contents()).toBe(before)
      })

      it('is counted in the report, with what was left out', () => {
        const { summary } = imported
        expect(summary).toMatchObject({
          slug: 'acme',
          unchanged: false,
          runtimes: 3,
          agents: 3,
          abandonedTasks: 1,
          workspace: { name: 'Acme', isNew: true },
          conversations: { found: 7, imported: 7, already: 0, skipped: 0 },
          leftOut: {
            withoutConversation: 2,
            waitingWithoutConversation: 1,
            elsewhere: 0,
            skippedTasks: 0,
            newerRows: 0,
          },
        })
        expect(summary.sessions.unproven).toBe(shape === 'NEW' ? 1 : 2)
      })

      it('has a report that says of each session whether it was kept, proven or left unproven', () => {
        expect(sessionsOf(story.chats.plain)).toMatchObject([
          { sessionId: 's-plain', verdict: 'PROVEN', isPointer: true },
        ])
        expect(sessionsOf(story.chats.stale)).toMatchObject([
          { sessionId: 's-new', verdict: 'KEPT', isPointer: true },
          { sessionId: 's-old', verdict: 'UNPROVEN', runtimeId: null },
        ])
        expect(sessionsOf(story.chats.lost)).toMatchObject([
          { sessionId: 's-lost', verdict: shape === 'NEW' ? 'KEPT' : 'UNPROVEN' },
        ])
        const states = sessionsOf(story.chats.busy).map(({ sessionId, state }) => [sessionId, state])
        expect(states).toEqual([
          ['s-cancelled', 'RESUMABLE'],
          ['s-poisoned', 'POISONED'],
          ['s-busy', 'RESUMABLE'],
        ])
      })

      it('keeps its times: of rows, of conversations and of the tasks', async () => {
        const [chat] = await database.sql.rows<{ createdAt: Date; updatedAt: Date; archivedAt: Date | null }>(
          conversationRow,
          [await oursOf(database, story.chats.lost)],
        )
        expect([chat?.createdAt, chat?.updatedAt, chat?.archivedAt]).toEqual(
          [0, 300, 300].map((n) => new Date(timeAt(n))),
        )
        const [task] = await database.sql.rows<Task>(taskRow, [await oursOf(database, story.tasks.running)])
        expect(task).toMatchObject({
          status: 'FAILED',
          failureReason: 'runtime_recovery',
          sessionId: 's-busy',
          failureRetryable: true,
          createdAt: new Date(timeAt(3)),
          startedAt: new Date(timeAt(3.2)),
          finishedAt: new Date(timeAt(3.2)),
        })
      })

      it('lets a claim after the import resume the session that its chat had', async () => {
        const { task, decision } = await claimOn(story.runtimes.laptop)
        expect(task.id).toBe(await oursOf(database, story.tasks.queuedInPlain))
        expect(decision).toMatchObject({
          outcome: 'RESUME',
          reason: 'SAME_RUNTIME',
          sessionId: 's-plain',
          workDir: '/work/s-plain',
          continuityGap: false,
        })
        expect(task.inputMessageIds).toHaveLength(1)
      })

      it('never offers a stale pointer, and never gives it the runtime of another session', async () => {
        const { decision } = await claimOn(story.runtimes.laptop)
        expect(decision).toMatchObject({ outcome: 'FRESH', reason: 'RUNTIME_MISMATCH', sessionId: null })
        const candidates = decision.candidates.map(({ binding, reason }) => [binding.sessionId, reason])
        expect(candidates).toEqual([
          ['s-new', 'RUNTIME_MISMATCH'],
          ['s-old', 'RUNTIME_UNKNOWN'],
        ])
      })

      it('lets a waiting retry of an issue continue where its parent stopped, with the issue as its prompt', async () => {
        const { task, decision } = await claimOn(story.runtimes.server)
        expect(task).toMatchObject({
          id: await oursOf(database, story.tasks.queuedIssue),
          title: 'Fix the login',
          attempt: 2,
        })
        expect(task.retryOf).toMatch(/^task_/)
        expect(decision).toMatchObject({ outcome: 'RESUME', sessionId: 's-issue' })
        const content = statement('test_content', 'SELECT prompt FROM task_content WHERE "taskId" = $1')
        expect(await database.sql.rows(content, [task.id])).toEqual([{ prompt: 'ACM-12: Fix the login' }])
      })

      it('lets deferred work wait until it is due, and due work be claimed', async () => {
        const { task } = await claimOn(story.runtimes.laptop)
        expect(task).toMatchObject({ kind: 'ISSUE', availableAt: new Date(timeAt(40)) })
        expect(await noTask(world, { id: await oursOf(database, story.runtimes.laptop) })).not.toContain('DEREGISTERED')
      })

      it('lets work of an agent without a runtime wait until the agent gets one', async () => {
        const [task] = await database.sql.rows<Task>(taskRow, [await oursOf(database, story.tasks.unbound)])
        const read = statement('test_placeholder', 'SELECT "deregisteredAt" FROM runtime WHERE id = $1')
        const [placeholder] = await database.sql.rows<{ deregisteredAt: Date | null }>(read, [task?.runtimeId])
        expect(placeholder?.deregisteredAt).toBeInstanceOf(Date)
        const runtimeId = await oursOf(database, story.runtimes.server)
        const input = { agentId: task?.agentId ?? '', runtimeId, retargetQueuedTasks: true }
        valueOf(await updateAgent(world.services, world.caller, input))
        expect((await claimOn(story.runtimes.server)).task.id).toBe(task?.id)
      })

      it('leaves a log that still verifies after all these claims', async () => {
        expect((await verified(database)).findings).toEqual([])
      })

      it('shows nothing of its other workspaces', async () => {
        expect(JSON.stringify(await contentsOf(database))).not.toContain('Somebody of')
      })
    })
  })
})
