import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { stampIdsBy } from '../../../src/database/ids.js'
import { openPostgres } from '../../../src/database/postgres.js'
import { ArchiveDirectory } from '../../../src/event-log/sealed/archive-directory.js'
import { verifyLog } from '../../../src/event-log/verify/verify-log.js'
import { retain } from '../../../src/use-cases/retention/retain.js'
import { makeWorld } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { TURNS, WorkingDays } from '../../support/working-days.js'
import type { Bench, BenchResult, Goal } from '../bench.js'
import { rounded, shortNumber } from '../rounds.js'
import type { Setting } from '../setting/setting.js'
import { median } from '../statistics.js'
import { cpuOf, cpuSince, Tables } from './tables.js'

const KEEP = { progressDays: 14, textsDays: 30, conversationsDays: 60 }
/** Before progress leaves, nothing has: what a day adds is told from the days between these two. */
const NOTHING_LEFT = { from: 3, to: KEEP.progressDays }
const LONE_CLAIMS = 16
const PERIODS = 12
const MB = 1_000_000

const COLUMNS = {
  days: 'days',
  size: 'database MB',
  events: 'events',
  sealed: 'sealed',
  dead: 'dead rows %',
  vacuum: 'vacuum s/day',
  p50: 'claim p50 ms',
  cpu: "a claim's CPU in PostgreSQL µs",
  retention: 'retention s/day',
  nothing: 'a round that finds nothing, ms',
  archive: 'archive MB',
}
type Period = Record<keyof typeof COLUMNS, number>

export const year: Bench = {
  about: 'a year on a clock that is moved: what is kept, what leaves, and what claims feel of it',
  async run(setting): Promise<BenchResult> {
    const [days, tasksADay] = setting.quick ? [200, 40] : [365, 1_000]
    const lived = await Year.begin(setting, tasksADay)
    const periods: Period[] = []
    for (let n = 1; n <= PERIODS; n++) {
      const period = await lived.live(Math.round((days * n) / PERIODS))
      periods.push(period)
      setting.tell(
        Object.entries(COLUMNS)
          .map(([key, name]) => `${name} ${shortNumber(period[key as keyof Period])}`)
          .join(', '),
      )
    }
    setting.tell('proving all of it, archive and database')
    const { findings, events } = await lived.verify()
    const last = periods.at(-1)
    const without = (lived.grownADay * days) / MB
    const rebuilt = await lived.rebuilt()
    const left = leftBySealed(periods)
    const told = { ...last, without, rebuilt, left, findings, provenEvents: events }
    return {
      tables: [
        {
          title: `${days} days of ${tasksADay.toLocaleString('en')} tasks; progress is kept ${KEEP.progressDays} days, texts ${KEEP.textsDays}, closed conversations ${KEEP.conversationsDays}`,
          columns: Object.values(COLUMNS),
          rows: periods.map((period) => Object.keys(COLUMNS).map((key) => shortNumber(period[key as keyof Period]))),
        },
        {
          title: 'at its end',
          columns: ['what', ''],
          rows: [
            ['database MB', shortNumber(last?.size ?? NaN)],
            ['database MB if nothing left, from what a day adds at first', shortNumber(without)],
            ['database MB after REINDEX TABLE session_event', shortNumber(rebuilt)],
            ['KB that a sealed conversation leaves there', shortNumber(left)],
            ['archive MB', shortNumber(last?.archive ?? NaN)],
            ['events proven, archive and database', shortNumber(events)],
            ['findings', String(findings)],
          ],
        },
      ],
      goals: goalsOf(periods, without, findings),
      figures: Object.fromEntries(Object.entries(told).map(([name, value]) => [name, rounded(value)])),
    }
  },
}

/** In the second half, in which as much leaves as comes: what the database grows by a sealed conversation, in KB. */
function leftBySealed(periods: readonly Period[]): number {
  const [middle, last] = [periods[PERIODS / 2 - 1], periods.at(-1)]
  if (middle === undefined || last === undefined) return NaN
  return (1000 * (last.size - middle.size)) / (last.sealed - middle.sealed)
}

/** Flat: the last quarter beside the second, by whose end all that leaves by its age has begun to. */
function goalsOf(periods: readonly Period[], without: number, findings: number): Goal[] {
  const quarter = (n: number, key: keyof Period) =>
    median(periods.slice((n * PERIODS) / 4, ((n + 1) * PERIODS) / 4).map((period) => period[key]))
  const flat = (key: keyof Period, atMost: number): Goal => ({
    measure: `${COLUMNS[key]}, last quarter / second`,
    wanted: { atMost },
    measured: quarter(3, key) / quarter(1, key),
  })
  return [
    ...[flat('p50', 1.5), flat('cpu', 1.5), flat('vacuum', 1.5), flat('retention', 1.5)],
    {
      measure: 'KB that a sealed conversation leaves in the database',
      wanted: { atMost: 10 },
      measured: leftBySealed(periods),
    },
    {
      measure: 'database at the end / if nothing left',
      wanted: { atMost: 0.25 },
      measured: (periods.at(-1)?.size ?? NaN) / without,
    },
    { measure: 'findings of verify at the end', wanted: { atMost: 0 }, measured: findings },
  ]
}

class Year {
  private day = 0
  private readonly sizes = new Map<number, number>()
  private claims: number[] = []
  private claimCpu = 0

  private constructor(
    private readonly world: World,
    private readonly tables: Tables,
    private readonly archive: ArchiveDirectory,
    private readonly tasksADay: number,
  ) {}

  private working: WorkingDays | null = null

  static async begin(setting: Setting, tasksADay: number): Promise<Year> {
    const databaseUrl = await setting.database('migrated')
    const onIdleError = (error: Error): never => {
      throw error
    }
    const database = openPostgres(databaseUrl, { schema: 'public', onIdleError })
    setting.atEnd(() => database.close())
    const tables = await Tables.open(databaseUrl)
    setting.atEnd(() => tables.close())
    const archive = new ArchiveDirectory(setting.directory())
    const made = await makeWorld(database)
    stampIdsBy(made.clock)
    const world = { ...made, services: { ...made.services, archive } }
    return new Year(world, tables, archive, tasksADay)
  }

  /** What a day adds to the database before anything leaves, in bytes. */
  get grownADay(): number {
    const { from, to } = NOTHING_LEFT
    return ((this.sizes.get(to) ?? NaN) - (this.sizes.get(from) ?? NaN)) / (to - from)
  }

  /** Up to the end of a day. */
  async live(untilDay: number): Promise<Period> {
    const { world, tables, archive, tasksADay } = this
    this.working ??= await WorkingDays.begin(world, {
      conversationsADay: Math.round(tasksADay / TURNS),
      loneClaims: LONE_CLAIMS,
      timed: (claim) => this.timed(claim),
    })
    this.claims = []
    this.claimCpu = 0
    const days = untilDay - this.day
    let [vacuum, retention, dead] = [0, 0, 0]
    while (this.day < untilDay) {
      await this.working.work()
      this.day += 1
      retention += await this.retained()
      dead = Math.max(dead, (await tables.counts()).dead)
      vacuum += await tables.vacuum()
      this.sizes.set(this.day, (await tables.counts()).bytes)
    }
    const { bytes, events, sealed } = await tables.counts()
    return {
      days: this.day,
      size: bytes / MB,
      events,
      sealed,
      dead,
      vacuum: vacuum / days,
      p50: median(this.claims),
      cpu: this.claimCpu / this.claims.length,
      retention: retention / days,
      nothing: 1000 * (await this.retained()),
      archive: (await bytesIn(archive.path)) / MB,
    }
  }

  /** The database's size, in MB, once the indexes of the log are made anew. */
  async rebuilt(): Promise<number> {
    await this.tables.rebuildIndexes()
    return (await this.tables.counts()).bytes / MB
  }

  async verify(): Promise<{ findings: number; events: number }> {
    const { world, archive } = this
    let findings = 0
    const report = (finding: object) => {
      if (findings++ < 3) process.stderr.write(`${JSON.stringify(finding)}\n`)
    }
    const { events } = await verifyLog(world.services.database, { archive, report })
    return { findings, events }
  }

  /** One round, as a server does every ten minutes. In seconds. */
  private async retained(): Promise<number> {
    const since = performance.now()
    await retain(this.world.services, KEEP, new AbortController().signal)
    return (performance.now() - since) / 1000
  }

  private async timed<T>(claim: () => Promise<T>): Promise<T> {
    // Connections come and go, so they are listed before each claim.
    const before = cpuOf(await this.tables.backends())
    const since = performance.now()
    const claimed = await claim()
    this.claims.push(performance.now() - since)
    this.claimCpu += cpuSince(before)
    return claimed
  }
}

async function bytesIn(directory: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size
  }
  return bytes
}
