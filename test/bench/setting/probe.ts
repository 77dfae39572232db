import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'

/** Linux counts CPU time in hundredths of a second. */
const MICROSECONDS_A_TICK = 10_000

/** What everything that takes part had used at one moment. */
export interface Moment {
  microseconds: number
  /** Where PostgreSQL's write-ahead log stood. */
  lsn: string
}

interface Stat {
  parent: number
  /** Of the process, in ticks. */
  own: number
  /** Of its children that have ended. */
  reaped: number
}

/**
 * CPU of this process, of all that it has started, and of all of PostgreSQL, from /proc; and what was written ahead. Whoever does not
 * take part in a measurement stands still meanwhile, so it is what takes part that has used it.
 */
export class Probe {
  private constructor(
    private readonly client: Client,
    private readonly postmaster: number,
  ) {}

  static async open(databaseUrl: string): Promise<Probe> {
    const client = new Client({ connectionString: databaseUrl })
    await client.connect()
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    return new Probe(client, statOf(rows[0]?.pid ?? 0)?.parent ?? 0)
  }

  async moment(): Promise<Moment> {
    const { rows } = await this.client.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn')
    return { microseconds: this.microseconds(), lsn: rows[0]?.lsn ?? '0/0' }
  }

  /** Bytes of records between two moments, without the full images of pages that follow each checkpoint; NaN without pg_waldump. */
  async walBytes(from: Moment, to: Moment): Promise<number> {
    const { rows } = await this.client.query<{ bin: string; data: string }>(
      `SELECT setting AS bin, current_setting('data_directory') AS data FROM pg_config WHERE name = 'BINDIR'`,
    )
    const { bin = '', data = '' } = rows[0] ?? {}
    const args = ['-p', join(data, 'pg_wal'), '-s', from.lsn, '-e', to.lsn, '--stats']
    const { stdout } = await promisify(execFile)(join(bin, 'pg_waldump'), args, { maxBuffer: 1e8 }).catch(
      (error: unknown) => ({ stdout: '', ...(error as { stdout?: string }) }),
    )
    // The last line: all records, their number and size, each followed by its share.
    return Number(/^Total\s+\d+\s+(?:\[[^\]]*\]\s+)?(\d+) \[/m.exec(stdout)?.[1])
  }

  async count(databaseUrl: string, text: string): Promise<number> {
    const client = new Client({ connectionString: databaseUrl })
    await client.connect()
    const { rows } = await client.query<{ n: number }>(`SELECT (${text})::int AS n`)
    await client.end()
    return rows[0]?.n ?? NaN
  }

  close(): Promise<void> {
    return this.client.end()
  }

  private microseconds(): number {
    const all = new Map<number, Stat>()
    for (const name of readdirSync('/proc')) {
      const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined
      if (stat !== undefined) all.set(Number(name), stat)
    }
    const roots = new Set([process.pid, this.postmaster])
    const isIn = (pid: number): boolean => {
      const parent = all.get(pid)?.parent ?? 0
      return roots.has(pid) || (parent > 1 && isIn(parent))
    }
    let ticks = 0
    for (const [pid, { own, reaped }] of all) if (isIn(pid)) ticks += own + reaped
    return ticks * MICROSECONDS_A_TICK
  }
}

/** After the name, which may hold spaces: the parent is the second field, the times are from the twelfth on. */
function statOf(pid: number): Stat | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ').map(Number) ?? []
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15)
    return { parent: fields[1] ?? 0, own: user + system, reaped: childUser + childSystem }
  } catch {
    return undefined
  }
}
