import { setTimeout as sleep } from 'node:timers/promises'
import { install, megabytesOf, pack } from '../../support/installed-package.js'
import type { Machine } from '../../support/installed-package.js'
import type { Bench, BenchResult } from '../bench.js'
import { shortNumber } from '../rounds.js'
import { residentBytes } from '../setting/resident-memory.js'
import type { Setting } from '../setting/setting.js'

/** The packages, as an operator installs them, with Node's own settings. */
export const installed: Bench = {
  about: 'what the packages take: of the disk, and of the memory while nothing happens',
  async run(setting): Promise<BenchResult> {
    await pack()
    const server = await install('baton-server', setting.directory())
    const daemon = await install('baton-daemon', setting.directory())
    const dataDirectory = setting.directory()
    const first = await idleMegabytes(setting, server, { dataDirectory })
    const embedded = await idleMegabytes(setting, server, { dataDirectory })
    const postgres = await idleMegabytes(setting, server, { databaseUrl: await setting.database('empty') })
    const [serverSize, daemonSize] = [await megabytesOf(server), await megabytesOf(daemon)]
    const goals = [
      { measure: 'idle memory of baton serve, embedded', wanted: { atMost: 300 }, measured: embedded, unit: ' MB' },
      { measure: 'idle memory of baton serve on PostgreSQL', wanted: { atMost: 130 }, measured: postgres, unit: ' MB' },
      { measure: 'baton-server, installed', wanted: { atMost: 150 }, measured: serverSize, unit: ' MB' },
      { measure: 'baton-daemon, installed', wanted: { atMost: 15 }, measured: daemonSize, unit: ' MB' },
    ]
    const rows = [...goals, { measure: 'idle memory after the start that made the database', measured: first }]
    return {
      tables: [
        {
          title: 'the packages, as installed',
          columns: ['what', 'MB'],
          rows: rows.map(({ measure, measured }) => [measure, shortNumber(measured)]),
        },
      ],
      goals,
      figures: { first, embedded, postgres, serverSize, daemonSize },
    }
  },
}

/** What the process keeps resident once it has done nothing for a while. */
async function idleMegabytes(
  setting: Setting,
  machine: Machine,
  on: { dataDirectory?: string; databaseUrl?: string },
): Promise<number> {
  const server = await setting.server(
    on.databaseUrl ?? null,
    {},
    {
      command: [process.execPath, machine.bin('baton'), 'serve'],
      ...(on.dataDirectory === undefined ? {} : { dataDirectory: on.dataDirectory }),
    },
  )
  await sleep(setting.quick ? 5_000 : 60_000)
  const resident = residentBytes(server.child.pid)
  await server.stop()
  return resident / 1024 / 1024
}
