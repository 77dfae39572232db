import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import { readLog } from '../../../src/event-log/read-log.js'
import type { StoredEvent } from '../../../src/event-log/stored-event.js'
import type { Finding } from '../../../src/event-log/verify/finding.js'
import { verifyLog } from '../../../src/event-log/verify/verify-log.js'
import { CURRENT_SCHEMA_VERSION } from '../../../src/session-pointer/upcast.js'
import { livedIn } from '../../support/lived-in.js'
import type { LivedIn } from '../../support/lived-in.js'
import { makeWorld } from '../../support/services.js'
import { Tamperer } from '../../support/tampering.js'
import { forEachDatabase } from '../../support/test-database.js'

type Data = Record<string, unknown>

forEachDatabase((open) => {
  let database: Database
  let ground: LivedIn
  let tamperer: Tamperer
  let log: StoredEvent[]

  beforeAll(async () => {
    database = await open()
    ground = await livedIn(await makeWorld(database))
    tamperer = await Tamperer.of(database)
    log = await readLog(database.sql, ground.chat.workspaceId, '0', 1000)
  })
  afterEach(() => tamperer.restore())

  async function verified() {
    const findings: Finding[] = []
    const tally = await verifyLog(database, { report: (one) => findings.push(one) })
    return { tally, findings }
  }

  const findings = async (): Promise<Finding[]> => (await verified()).findings
  const first = (type: string, where: (data: Data) => boolean = () => true): StoredEvent => {
    const event = log.find((one) => one.type === type && where(one.data as Data))
    if (event === undefined) throw new Error(`The log has no such ${type}.`)
    return event
  }
  const decisionOf = (data: Data): Data => data['decision'] as Data
  const at = ({ workspaceId, conversationId, position, version, taskId }: StoredEvent) => ({
    workspaceId,
    conversationId,
    position,
    version,
    taskId,
  })
  /** With everything else made to fit: only the recomputation is left to find it. */
  const decided = async (event: StoredEvent, changed: Data): Promise<void> => {
    const decision = { ...decisionOf(event.data as Data), ...changed }
    await tamperer.forge(event, (data) => ({ ...data, decision }))
    await tamperer.run(
      'UPDATE task_row SET "resumeOutcome" = $3, "resumeReason" = $4 WHERE id = $1 AND "claimVersion" = $2',
      [event.taskId, event.version, decision['outcome'], decision['reason']],
    )
  }

  describe.each(Object.keys(CURRENT_SCHEMA_VERSION))('an edited %s', (type) => {
    it('is found by its digest, whichever field of its data was edited, and the proof continues', async () => {
      const event = first(type)
      for (const field of [...Object.keys(event.data as Data), 'nothingOfTheKind']) {
        await tamperer.run(`UPDATE session_event SET data = data || $2::jsonb WHERE id = $1`, [
          event.id,
          JSON.stringify({ [field]: 'edited' }),
        ])
        const found = (await findings()).filter(({ kind }) => kind === 'DIGEST')
        expect(found).toMatchObject([{ ...at(event), found: `digest ${event.digest}` }])
        await tamperer.run(`UPDATE session_event SET data = $2::jsonb WHERE id = $1`, [
          ...[event.id, JSON.stringify(event.data)],
        ])
      }
      expect(await findings()).toEqual([])
    })
  })

  it.each([
    ['id', `'evt_other'`],
    ['type', `'MESSAGE_POSTED'`],
    ['schemaVersion', '2'],
    ['taskId', `'task_other'`],
    ['runtimeId', `'rt_other'`],
    ['actor', `'tok_other'`],
    ['occurredAt', `"occurredAt" + interval '1 ms'`],
    ['digest', `'other'`],
  ])('an event with a changed %s is found by its digest', async (column, other) => {
    const event = first('SESSION_RESET')
    await tamperer.run(`UPDATE session_event SET "${column}" = ${other} WHERE position = $1`, [event.position])
    const { taskId: _taskId, ...place } = at(event)
    expect(await findings()).toEqual(expect.arrayContaining([expect.objectContaining({ kind: 'DIGEST', ...place })]))
  })

  it('the proof continues behind an event without data', async () => {
    const event = first('TASK_CLAIMED')
    await tamperer.run(`UPDATE session_event SET data = 'null' WHERE id = $1`, [event.id])
    expect(await findings()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'MALFORMED', ...at(event), expected: 'a TASK_CLAIMED of schema version 1' }),
      ]),
    )
  })

  it('I9: a forged handoff range is found in a claim and in a refused start', async () => {
    const gap = first('TASK_CLAIMED', (data) => decisionOf(data)['handoffRange'] !== null)
    const range = decisionOf(gap.data as Data)['handoffRange'] as Data
    await decided(gap, { handoffRange: { ...range, turns: 99 } })
    const refused = first('TASK_STARTED')
    await tamperer.forge(refused, (data) => ({ ...data, handoffRange: { fromVersion: 1, toVersion: 1, turns: 7 } }))
    expect(await findings()).toMatchObject([
      { kind: 'HANDOFF_RANGE', ...at(gap) },
      { kind: 'HANDOFF_RANGE', ...at(refused) },
    ])
  })

  describe('a forged decision, with recomputed digests and state', () => {
    it.each([
      ['reason', { reason: 'NO_PRIOR_SESSION' }],
      ['work directory', { workDir: '/etc' }],
      ['gap', { continuityGap: false }],
      ['reason, which only a process that could not read the history can have had', { reason: 'UNKNOWN_HISTORY' }],
    ])('is found by recomputing the decision: its %s', async (_, changed) => {
      const event = first('TASK_CLAIMED', (data) => decisionOf(data)['reason'] === 'RUNTIME_UNKNOWN')
      await decided(event, changed)
      expect(await findings()).toMatchObject([{ kind: 'DECISION', ...at(event) }])
    })

    it('is found if a resume was changed to a fresh start', async () => {
      const event = first('TASK_CLAIMED', (data) => decisionOf(data)['outcome'] === 'RESUME')
      await decided(event, { outcome: 'FRESH', sessionId: null, reason: 'RESUME_DISABLED' })
      const found = await findings()
      expect(found.map(({ kind }) => kind)).toEqual(['DECISION'])
      expect(found[0]).toMatchObject(at(event))
      expect(JSON.parse(found[0]?.expected ?? '')).toMatchObject({ outcome: 'RESUME', sessionId: 'session-1' })
      expect(JSON.parse(found[0]?.found ?? '')).toMatchObject({ outcome: 'FRESH', reason: 'RESUME_DISABLED' })
    })

    it('is found if another session than the newest was offered', async () => {
      const event = first('TASK_CLAIMED', (data) => decisionOf(data)['outcome'] === 'RESUME')
      await decided(event, { sessionId: 'session-of-nobody' })
      const { tally, findings: found } = await verified()
      expect(tally.crossRuntimeResumes).toBe(1)
      expect(found).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            kind: 'CROSS_RUNTIME_RESUME',
            ...at(event),
            found: 'session session-of-nobody which this conversation never had',
          }),
        ]),
      )
    })
  })

  it('a cross-runtime resume is found and counted in the summary', async () => {
    const pin = first('SESSION_PINNED', (data) => data['sessionId'] === 'session-1')
    await tamperer.run(
      `UPDATE session_event SET "runtimeId" = 'rt_other' WHERE "taskId" = $1 AND type IN
      ('SESSION_PINNED', 'TASK_COMPLETED')`,
      [pin.taskId],
    )
    await tamperer.forge(pin, (data) => data)
    const { tally, findings: found } = await verified()
    const resume = first('TASK_CLAIMED', (data) => decisionOf(data)['sessionId'] === 'session-1')
    expect(tally.crossRuntimeResumes).toBeGreaterThan(0)
    expect(found).toEqual(
      expect.arrayContaining([
        {
          kind: 'CROSS_RUNTIME_RESUME',
          ...at(resume),
          expected: `a session of runtime ${ground.laptop.id}`,
          found: 'session session-1 of rt_other',
        },
        {
          kind: 'TASK_HISTORY',
          ...at(pin),
          expected: `SESSION_PINNED on ${ground.laptop.id}`,
          found: 'on rt_other',
        },
      ]),
    )
  })

  it('an offered session with an unproven runtime is found, also in a claim that names no runtime', async () => {
    const event = first('TASK_CLAIMED')
    await tamperer.run(`UPDATE session_event SET "runtimeId" = NULL WHERE id = $1`, [event.id])
    await decided(event, { outcome: 'RESUME', reason: 'SAME_RUNTIME', sessionId: 'session-old' })
    expect((await verified()).tally.crossRuntimeResumes).toBe(1)
  })

  it('an offered session that must not be resumed is found', async () => {
    const reset = first('SESSION_RESET')
    const event = log.find((one) => one.type === 'TASK_CLAIMED' && Number(one.position) > Number(reset.position))
    if (event === undefined) throw new Error('Nothing was claimed after the reset.')
    await decided(event, { outcome: 'RESUME', reason: 'SAME_RUNTIME', sessionId: 'session-1' })
    expect(await findings()).toEqual(
      expect.arrayContaining([
        {
          kind: 'INELIGIBLE_RESUME',
          ...at(event),
          expected: 'a RESUMABLE session',
          found: 'session session-1, which is RESET',
        },
      ]),
    )
  })

  it('an illegal transition of a task is found', async () => {
    const event = first('TASK_STARTED')
    await tamperer.run(
      `UPDATE session_event SET type = 'TASK_RELEASED', data = '{"cause": "RELEASED", "reason": null}'
      WHERE id = $1`,
      [event.id],
    )
    await tamperer.forge(event, (data) => data)
    expect(await findings()).toEqual(
      expect.arrayContaining([expect.objectContaining({ kind: 'TASK_HISTORY', conversationId: ground.chat.id })]),
    )
  })

  it('two active tasks of one conversation are found', async () => {
    // The ending of the first turn becomes a fact about nothing, so that its task runs on beside the second.
    const ending = first('TASK_COMPLETED')
    const second = log.find((one) => one.type === 'TASK_CLAIMED' && Number(one.position) > Number(ending.position))
    await tamperer.run(`UPDATE session_event SET type = 'MESSAGE_POSTED' WHERE id = $1`, [ending.id])
    await tamperer.forge(ending, (data) => data)
    const found = (await findings()).filter(({ kind }) => kind === 'TWO_ACTIVE_TASKS')
    expect(found[0]).toMatchObject({ position: second?.position, found: `${second?.taskId} became active` })
  })

  it('an agent over its capacity is found at the claim that exceeded it', async () => {
    const event = first('TASK_CLAIMED', (data) => (data['agentLoad'] as Data)['active'] === 1)
    await tamperer.forge(event, (data) => ({ ...data, agentLoad: { active: 1, max: 0 } }))
    expect(await findings()).toEqual([
      {
        kind: 'AGENT_OVER_CAPACITY',
        ...at(event),
        expected: `at most 0 active tasks of agent ${ground.agent.id}`,
        found: '1',
      },
    ])
  })

  it('a claim that recorded too few active tasks is found', async () => {
    const last = log.findLast(({ type }) => type === 'TASK_CLAIMED')
    if (last === undefined) throw new Error('Nothing was claimed.')
    await tamperer.forge(last, (data) => ({ ...data, agentLoad: { active: 0, max: 9 } }))
    expect(await findings()).toMatchObject([{ kind: 'AGENT_OVER_CAPACITY', ...at(last) }])
  })
})
