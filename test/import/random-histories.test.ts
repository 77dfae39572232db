import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { SourceTask } from '../../src/import/source/source-rows.js'
import { pointerOf } from '../../src/session-pointer/bindings.js'
import { DEFAULT_POLICY } from '../../src/session-pointer/resume-policy.js'
import { describePostgres } from '../support/test-database.js'
import { LAPTOP, SERVER, timeAt, translated } from './given-rows.js'
import { importInto, offersOf } from './imported.js'
import { histories, tell } from './random-histories.js'
import type { Told } from './random-histories.js'
import { SourceDatabase } from './source-database.js'
import type { Row } from './source-database.js'

const THREAD = { agentId: 'ada', issueId: 'issue', issueNumber: 1, issueTitle: 'Fix it', issueDescription: null }

/** A failure prints the shortest history that was found, with its seed and path: `{ seed, path }` shows it again. */
it('the newest session is offered, on its own runtime only', () => {
  const property = fc.property(histories, (history) => {
    const { chat, tasks, truth } = tell(history)
    const { state } = translated({ chat, tasks, thread: chat === null ? THREAD : null })
    const { binding } = pointerOf(state, DEFAULT_POLICY)
    const offered = binding === null ? null : { sessionId: binding.sessionId, runtimeId: binding.runtimeId }
    expect(offered).toEqual(truth === null ? null : { ...truth, runtimeId: `rt_${truth.runtimeId}` })
  })
  fc.assert(property, { numRuns: 4_000 })
})

describePostgres('after an import', (open) => {
  it.each([true, false])(
    'the same holds for every conversation, also from an old source: %s',
    async (isOld) => {
      const source = await SourceDatabase.create(await open(), isOld ? 'OLD' : 'NEW')
      const told = fc
        .sample(histories, { numRuns: 200, seed: 20_261_129 })
        .map((history) => tell({ ...history, isOld }))
        .filter(({ chat, tasks }) => chat !== null || tasks.length > 0)
      const { places, runtimes } = await write(source, told, isOld)
      const database = await open()
      const offers = await offersOf(database, await importInto(database, source), [...runtimes.values()])
      const expected = [...places].flatMap(([place, { truth }]) =>
        [...runtimes].map(([name, runtime]) => {
          return { place, runtime, session: truth?.runtimeId === name ? truth.sessionId : null }
        }),
      )
      const inOrder = (all: typeof offers) => all.map((one) => JSON.stringify(Object.values(one))).toSorted()
      expect(inOrder(offers)).toEqual(inOrder(expected))
      expect(offers.filter(({ session }) => session !== null).length).toBeGreaterThan(told.length / 4)
      await source.close()
    },
    60_000,
  )
})

/** Writes what was told into a source. Answers what is where, by the names of the source. */
async function write(
  source: SourceDatabase,
  told: readonly Told[],
  isOld: boolean,
): Promise<{ places: Map<string, Told>; runtimes: Map<string, string> }> {
  const workspace = await source.insert('workspace', { name: 'Acme', slug: 'acme' })
  const runtimes = new Map<string, string>()
  for (const name of [LAPTOP, SERVER]) {
    const row = { workspace_id: workspace, daemon_id: name, name, provider: 'codex' }
    runtimes.set(name, await source.insert('agent_runtime', row))
  }
  const agent = await source.insert('agent', { workspace_id: workspace, name: 'Ada', runtime_id: runtimes.get(LAPTOP) })
  const runtimeOf = (name: string | null) => runtimes.get(name ?? '') ?? null
  const places = new Map<string, Told>()
  const tasks: Row[] = []
  const idOf = (...numbers: number[]) =>
    `${numbers.map((n) => n.toString(16).padStart(4, '0')).join('')}`.padStart(32, '0')
  for (const [n, one] of told.entries()) {
    const place = await (one.chat === null
      ? source.insert('issue', { workspace_id: workspace, number: n, title: `Issue ${n}` })
      : source.insert('chat_session', {
          workspace_id: workspace,
          agent_id: agent,
          title: `Chat ${n}`,
          session_id: one.chat.sessionId,
          created_at: timeAt(0),
          updated_at: timeAt(100),
          ...(isOld ? {} : { runtime_id: runtimeOf(one.chat.runtimeId) }),
        }))
    if (one.chat?.contextRevision != null) {
      const row = { chat_session_id: place, context_revision: one.chat.contextRevision }
      await source.insert('channel_chat_session_binding', row)
    }
    places.set(one.chat === null ? `${agent}/${place}` : place, one)
    const ids = new Map(one.tasks.map((task, index) => [task.id, idOf(n, index)]))
    for (const task of one.tasks) {
      tasks.push({
        id: ids.get(task.id),
        agent_id: agent,
        runtime_id: runtimeOf(task.runtimeId),
        ...columnsOf(task, isOld),
        issue_id: one.chat === null ? place : null,
        chat_session_id: one.chat === null ? null : place,
        parent_task_id: ids.get(task.parentTaskId ?? '') ?? null,
      })
    }
  }
  await source.insertMany('agent_task_queue', tasks)
  return { places, runtimes }
}

function columnsOf(task: SourceTask, isOld: boolean): Row {
  const timeOf = (micros: number | null) => (micros === null ? null : new Date(micros / 1000).toISOString())
  return {
    status: task.status,
    session_id: task.sessionId,
    failure_reason: task.failureReason,
    error: task.error,
    created_at: timeOf(task.createdAt),
    dispatched_at: timeOf(task.dispatchedAt),
    started_at: timeOf(task.startedAt),
    completed_at: timeOf(task.completedAt),
    priority: task.priority,
    attempt: task.attempt,
    max_attempts: task.maxAttempts,
    ...(isOld
      ? {}
      : {
          retired_session_id: task.retiredSessionId,
          session_rollout_missing: task.sessionRolloutMissing,
          channel_context_revision: task.contextRevision,
        }),
  }
}
