import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import { statement } from '../../../src/database/sql.js'
import { ArchiveDirectory } from '../../../src/event-log/sealed/archive-directory.js'
import { retain } from '../../../src/use-cases/retention/retain.js'
import { archivedIn } from '../../support/proven-at-close.js'
import { makeWorld } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'
import { TURNS, WorkingDays } from '../../support/working-days.js'
import { findingsOf } from './findings-of.js'

const DAYS = 40
const CONVERSATIONS_A_DAY = 2
const KEEP = { progressDays: 2, textsDays: 5, conversationsDays: 10 }
const DAY_MS = 86_400_000

const archivePath = mkdtempSync(join(tmpdir(), 'baton-archive-'))
process.once('exit', () => rmSync(archivePath, { recursive: true, force: true }))

/** Of conversations in which something has happened since a time, and of the others. What retention itself says is not counted. */
const EVENTS = statement(
  'test_events_by_age',
  `SELECT count(*) FILTER (WHERE c."lastActivityAt" >= $1)::int AS young, count(*) FILTER (WHERE c."lastActivityAt" < $1)::int AS old
   FROM session_event e JOIN conversation c ON c.id = e."conversationId"
   WHERE e.type NOT IN ('CONVERSATION_SEALED', 'CONVERSATION_ERASED')`,
)

const OLD_ROWS = statement(
  'test_old_rows',
  `SELECT (SELECT count(*) FROM task t JOIN conversation c ON c.id = t."conversationId" WHERE c."lastActivityAt" < $1)::int AS tasks,
     (SELECT count(*) FROM task_content c JOIN task t ON t.id = c."taskId" WHERE t."finishedAt" < $2)::int AS contents,
     (SELECT count(*) FROM task_progress p JOIN task t ON t.id = p."taskId" WHERE t."finishedAt" < $3)::int AS progress`,
)

const POSITIONS = statement(
  'test_positions',
  `SELECT (SELECT coalesce(sum(upper(r) - lower(r)), 0) FROM sealed_stream, unnest(positions) r)::int AS sealed,
     (SELECT count(*) FROM session_event)::int AS here, (SELECT position FROM log_head)::int AS head`,
)

forEachDatabase((open) => {
  let database: Database
  let world: World
  let kept: WorkingDays
  let all: WorkingDays
  let everything: Database
  let archive: ArchiveDirectory
  let mostEvents = 0
  const sealedOnDay: number[] = []

  const one = async <Row>(of: Database, asked: ReturnType<typeof statement>, values: readonly unknown[] = []) => {
    const [row] = await of.sql.rows<Row>(asked, values)
    if (row === undefined) throw new Error('Nothing was counted.')
    return row
  }
  const since = (days: number) => new Date(world.clock.now().getTime() - days * DAY_MS)

  beforeAll(async () => {
    database = await open()
    everything = await open()
    archive = new ArchiveDirectory(mkdtempSync(join(archivePath, 'archive-')))
    archivedIn(database, archive)
    const made = await makeWorld(database)
    world = { ...made, services: { ...made.services, archive } }
    kept = await WorkingDays.begin(world, { conversationsADay: CONVERSATIONS_A_DAY })
    all = await WorkingDays.begin(await makeWorld(everything), { conversationsADay: CONVERSATIONS_A_DAY })
    for (let day = 0; day < DAYS; day++) {
      await Promise.all([kept.work(), all.work()])
      const { conversationsSealed } = await retain(world.services, KEEP, new AbortController().signal)
      sealedOnDay.push(conversationsSealed)
      mostEvents = Math.max(mostEvents, (await one<{ here: number }>(database, POSITIONS)).here)
    }
  }, 600_000)

  it('after weeks of work, only the rows of the last days are kept', async () => {
    const allowed = await one<{ young: number; old: number }>(everything, EVENTS, [since(KEEP.conversationsDays)])
    const here = await one<{ young: number; old: number }>(database, EVENTS, [since(KEEP.conversationsDays)])
    expect(allowed.old).toBeGreaterThan(2 * allowed.young)
    expect(here.old).toBe(0)
    expect(here.young).toBeLessThanOrEqual(allowed.young)
    expect(mostEvents).toBeLessThan((allowed.old + allowed.young) / 2)
    const ages = [KEEP.conversationsDays, KEEP.textsDays, KEEP.progressDays].map(since)
    expect(await one(database, OLD_ROWS, ages)).toEqual({ tasks: 0, contents: 0, progress: 0 })
  })

  it('sealed files and remaining rows together have every position', async () => {
    expect(await findingsOf(database, archive)).toEqual([])
    const { sealed, here, head } = await one<{ sealed: number; here: number; head: number }>(database, POSITIONS)
    expect(sealed).toBeGreaterThan(here)
    expect(sealed + here).toBe(head)
  })

  it('every claim got the decision that it would get without retention', () => {
    expect(sealedOnDay.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(DAYS)
    expect(kept.decisions.size).toBeGreaterThan(DAYS * CONVERSATIONS_A_DAY * (TURNS - 1))
    expect(Object.fromEntries(kept.decisions)).toEqual(Object.fromEntries(all.decisions))
    const outcomes = new Set([...all.decisions.values()].map((told) => (JSON.parse(told) as { reason: string }).reason))
    expect(outcomes.size).toBeGreaterThan(3)
  })
})
