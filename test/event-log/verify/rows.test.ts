import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import type { Finding } from '../../../src/event-log/verify/finding.js'
import { verifyLog } from '../../../src/event-log/verify/verify-log.js'
import { livedIn } from '../../support/lived-in.js'
import type { LivedIn } from '../../support/lived-in.js'
import { makeWorld } from '../../support/services.js'
import { Tamperer } from '../../support/tampering.js'
import { forEachDatabase } from '../../support/test-database.js'

/** Every column that the fold of a task's events covers, with something else that may stand there. */
const COLUMNS = {
  agentId: `'agt_other'`,
  runtimeId: `'rt_other'`,
  kind: `CASE kind WHEN 'CHAT' THEN 'ISSUE' ELSE 'CHAT' END`,
  status: `'COMPLETED'`,
  priority: 'priority + 1',
  attempt: 'attempt + 1',
  maxAttempts: '"maxAttempts" + 1',
  retryOf: `'task_other'`,
  rerunOf: `'task_other'`,
  forceFreshSession: 'NOT "forceFreshSession"',
  forceFreshWorkDir: 'NOT "forceFreshWorkDir"',
  inputMessageIds: `ARRAY['msg_other']`,
  sessionId: `'session-other'`,
  workDir: `'/other'`,
  failureReason: `'another'`,
  failureFault: `'ACCOUNT'`,
  failureError: `'other'`,
  failureReasonText: `'another'`,
  failureResumeSafe: 'coalesce(NOT "failureResumeSafe", false)',
  failureRetryable: 'coalesce(NOT "failureRetryable", false)',
  accountWaits: `'{"count": 7, "since": "2020-01-01T00:00:00.000Z"}'`,
  usage: `'{"inputTokens": 7}'`,
  claimVersion: 'coalesce("claimVersion", 0) + 1',
  resumeOutcome: `coalesce("resumeOutcome", '') || '?'`,
  resumeReason: `coalesce("resumeReason", '') || '?'`,
  cancelledVersion: '7',
  leaseSeconds: 'coalesce("leaseSeconds", 0) + 1',
  createdAt: `"createdAt" + interval '1 ms'`,
  availableAt: `"availableAt" + interval '1 ms'`,
  claimedAt: `'2020-01-01Z'`,
  startedAt: `'2020-01-01Z'`,
  finishedAt: `'2020-01-01Z'`,
  erasedAt: `'2020-01-01Z'`,
}

/** Those that stand in the row of dispatch until the task ends, by their names there. */
const LIVE: Partial<Record<keyof typeof COLUMNS, string>> = {
  sessionId: 'sessionId',
  workDir: 'workDir',
  claimVersion: 'claimVersion',
  claimedAt: 'claimedAt',
  startedAt: 'startedAt',
  leaseSeconds: 'claimedLease',
  resumeOutcome: 'resumeOutcome',
  resumeReason: 'resumeReason',
}
/** A waiting task's status follows from what the row of dispatch is. */
const OF_WAITING = Object.entries(COLUMNS).filter(([column]) => column !== 'status') as [keyof typeof COLUMNS, string][]

/** What no event says: a title; which token; where the row stands, which the tests below move. */
const NOT_FOLDED = ['workspaceId', 'id', 'conversationId', 'title', 'claimToken']

forEachDatabase((open) => {
  let database: Database
  let ground: LivedIn
  let tamperer: Tamperer

  beforeAll(async () => {
    database = await open()
    ground = await livedIn(await makeWorld(database))
    tamperer = await Tamperer.of(database)
  })
  afterEach(() => tamperer.restore())

  async function findings(): Promise<Finding[]> {
    const found: Finding[] = []
    await verifyLog(database, { report: (one) => found.push(one) })
    return found
  }

  describe("a task's row", () => {
    it('is covered by this test with every column that its events decide', async () => {
      const rows = await tamperer.run<{ name: string }>(
        `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'task'`,
      )
      expect(rows.map(({ name }) => name).toSorted()).toEqual([...Object.keys(COLUMNS), ...NOT_FOLDED].toSorted())
    })

    it.each(Object.entries(COLUMNS))('is found with a changed %s if the task failed', async (column, other) => {
      const { id, conversationId } = ground.failed
      await tamperer.run(`UPDATE task_row SET "${column}" = ${other} WHERE id = $1`, [id])
      const [finding, ...others] = await findings()
      expect(others).toEqual([])
      expect(finding).toMatchObject({ kind: 'TASK_ROW', taskId: id, conversationId })
      expect(Object.keys(JSON.parse(finding?.expected ?? '') as object)).toEqual([column])
      expect(finding?.found).not.toBe(finding?.expected)
    })

    it.each(OF_WAITING)('is found with a changed %s if the task waits', async (column, other) => {
      const live = LIVE[column]
      const set =
        live === undefined
          ? `task_row SET "${column}" = ${other} WHERE id = $1`
          : `dispatch SET "${live}" = ${other.replaceAll(column, live)} WHERE "taskId" = $1`
      await tamperer.run(`UPDATE ${set}`, [ground.waiting.id])
      expect(await findings()).toMatchObject([{ kind: 'TASK_ROW', taskId: ground.waiting.id }])
    })

    it.each([
      ['waits', 'waiting', `'token'`],
      ['runs', 'running', 'null'],
    ] as const)('is found with a wrong token if the task %s, and the token is not printed', async (_, which, token) => {
      await tamperer.run(`UPDATE dispatch SET "claimToken" = ${token} WHERE "taskId" = $1`, [ground[which].id])
      const [finding] = await findings()
      expect(finding).toMatchObject({ kind: 'TASK_ROW', taskId: ground[which].id })
      expect([finding?.expected, finding?.found].toSorted()).toEqual([
        '{"claimToken":"a token"}',
        '{"claimToken":null}',
      ])
    })

    it('is found missing', async () => {
      await tamperer.run('DELETE FROM task_row WHERE id = $1', [ground.failed.id])
      expect(await findings()).toMatchObject([
        { kind: 'TASK_ROW', taskId: ground.failed.id, expected: 'a row of a task that is FAILED', found: 'none' },
      ])
    })

    it('is found if no event names it', async () => {
      await tamperer.run(
        `INSERT INTO task_row SELECT (jsonb_populate_record(t, '{"id": "task_extra"}')).* FROM task_row t WHERE id = $1`,
        [ground.failed.id],
      )
      expect(await findings()).toMatchObject([{ kind: 'TASK_ROW', taskId: 'task_extra', expected: 'no such task' }])
    })

    it('is found in a wrong conversation, as missing in one and superfluous in the other', async () => {
      const there = ground.running.conversationId
      await tamperer.run(`UPDATE task_row SET "conversationId" = $2 WHERE id = $1`, [ground.failed.id, there])
      const found = await findings()
      expect(found.map(({ kind, conversationId }) => [kind, conversationId])).toEqual(
        expect.arrayContaining([
          ['TASK_ROW', ground.chat.id],
          ['TASK_ROW', there],
        ]),
      )
      expect(found).toHaveLength(2)
    })
  })

  describe('the queue', () => {
    it('is found without the entry of a waiting task', async () => {
      await tamperer.run('DELETE FROM dispatch WHERE "taskId" = $1', [ground.waiting.id])
      expect(await findings()).toMatchObject([
        {
          kind: 'QUEUE_ROW',
          taskId: ground.waiting.id,
          conversationId: ground.chat.id,
          expected: 'a row of dispatch',
          found: 'no row of dispatch',
        },
      ])
    })

    it('is found with an entry of a task that does not wait', async () => {
      await tamperer.run(
        `INSERT INTO dispatch SELECT (jsonb_populate_record(q, jsonb_build_object('taskId', $2::text, 'state', 'BEHIND'))).*
         FROM dispatch q WHERE "taskId" = $1`,
        [ground.waiting.id, ground.failed.id],
      )
      expect(await findings()).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ kind: 'QUEUE_ROW', taskId: ground.failed.id, expected: 'no row of dispatch' }),
        ]),
      )
    })

    it.each([
      ['conversationId', `'chat_other'`],
      ['agentId', `'agt_other'`],
      ['runtimeId', `'rt_other'`],
      ['priority', '99'],
      ['place', 'place + 1'],
      ['holds', 'NOT holds'],
      ['availableAt', `'2020-01-01Z'`],
      ['enqueuedAt', `'2020-01-01Z'`],
      ['state', `'NEXT'`],
      ['state', `'BEHIND'`],
    ])('is found with a changed %s (%s)', async (column, other) => {
      await tamperer.run(`UPDATE dispatch SET "${column}" = ${other} WHERE "taskId" = $1`, [ground.waiting.id])
      expect(await findings()).toMatchObject([{ kind: 'QUEUE_ROW', taskId: ground.waiting.id }])
    })

    it('is found with a second head while the conversation is busy', async () => {
      await tamperer.run(`UPDATE dispatch SET state = 'READY' WHERE "taskId" = $1`, [ground.behind.id])
      expect(await findings()).toMatchObject([
        { kind: 'QUEUE_ROW', expected: 'a row of dispatch that is NEXT', found: 'one that is READY' },
      ])
    })
  })

  describe('the claims', () => {
    it('are found without the claim of a running task', async () => {
      await tamperer.run(`DELETE FROM dispatch WHERE state = 'HELD'`)
      expect(await findings()).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ kind: 'QUEUE_ROW', taskId: ground.running.id, expected: 'a row of dispatch' }),
        ]),
      )
    })

    it('are found with a claim of a task that nobody holds', async () => {
      await tamperer.run(
        `INSERT INTO dispatch SELECT (jsonb_populate_record(c, jsonb_build_object('taskId', $1::text, 'conversationId', $2::text))).*
         FROM dispatch c WHERE state = 'HELD'`,
        [ground.failed.id, ground.chat.id],
      )
      expect(await findings()).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ kind: 'QUEUE_ROW', taskId: ground.failed.id, expected: 'no row of dispatch' }),
        ]),
      )
    })

    it.each(['conversationId', 'agentId', 'runtimeId'])('are found with a changed %s', async (column) => {
      await tamperer.run(`UPDATE dispatch SET "${column}" = 'other' WHERE state = 'HELD'`)
      expect(await findings()).toMatchObject([{ kind: 'QUEUE_ROW', taskId: ground.running.id }])
    })
  })
})
