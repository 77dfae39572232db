import { fileURLToPath } from 'node:url'
import { fillFloor } from '../floor/floor-queue.js'
import type { FloorLoad } from '../floor/floor-process.js'
import type { Worked } from '../load/work-for-a-while.js'
import type { Contestant } from '../rounds.js'
import { startAsked } from '../setting/asked-process.js'
import type { Setting } from '../setting/setting.js'

const PROCESS = fileURLToPath(new URL('../floor/floor-process.ts', import.meta.url))
const CONNECTIONS = [1, 16, 64]
const RUNTIMES = 100
/** More than it can claim, whatever the machine. */
const MOST_A_SECOND = 20_000

/** The bare claim statement through `pg`: what the database gives at the most for one claim a commit. */
export async function floorContestants(setting: Setting, seconds: number): Promise<Contestant[]> {
  const levels = CONNECTIONS.map((connections) => ({ connections, name: named(connections) }))
  const chosen = levels.filter(({ name }) => setting.isChosen(name))
  if (chosen.length === 0) return []
  const databaseUrl = await setting.database('empty')
  const process = startAsked<FloorLoad, Worked>(PROCESS)
  setting.atEnd(() => process.stop())
  return chosen.map(({ connections, name }) => ({
    name,
    prepare: () => fillFloor(databaseUrl, Math.max(100_000, MOST_A_SECOND * (seconds + 0.7)), RUNTIMES),
    async measure() {
      const { total: _, ...worked } = await process.ask({ databaseUrl, connections, runtimes: RUNTIMES, seconds })
      return worked
    },
  }))
}

function named(connections: number): string {
  return `bare statement, ${connections} ${connections === 1 ? 'connection' : 'connections'}`
}
