import { openEmbedded } from '../../../src/database/embedded.js'
import { clockOf } from '../../../src/database/database-clock.js'
import { openPostgres } from '../../../src/database/postgres.js'
import { importWorkspace } from '../../../src/import/import-workspace.js'
import { openSource } from '../../../src/import/source/open-source.js'
import { answerQuestions } from '../setting/asked-process.js'
import { clusterCpuMicroseconds } from '../setting/cluster-cpu.js'

export interface ImportAsked {
  from: string
  /** null: into a new embedded one, in the directory. */
  databaseUrl: string | null
  directory: string
}

export interface ImportMeasured {
  conversations: number
  events: number
  tasks: number
  seconds: number
  /** As long as the source's one moment was held. */
  held: number
  /** CPU microseconds of this process, and of the cluster that has the source, and the target where that is PostgreSQL. */
  ownCpu: number
  clusterCpu: number
  /** The most memory that the process has ever had, in MB: ask a new one each time. */
  memory: number
}

answerQuestions<ImportAsked, ImportMeasured>(async ({ from, databaseUrl, directory }) => {
  const database =
    databaseUrl === null
      ? await openEmbedded(directory)
      : openPostgres(databaseUrl, {
          schema: 'public',
          onIdleError(error) {
            throw error
          },
        })
  const clock = await clockOf(database)
  const source = await openSource(from)
  const [{ backend } = { backend: 0 }] = await source.rows<{ backend: number }>('SELECT pg_backend_pid() AS backend')
  const [ownBefore, clusterBefore] = [process.cpuUsage(), clusterCpuMicroseconds(backend)]
  const since = performance.now()
  let held = NaN
  const released = async () => {
    await source.release()
    held = (performance.now() - since) / 1000
  }
  const options = { slug: null, into: null, dryRun: false }
  const summary = await importWorkspace({ ...source, release: released }, database, clock, options)
  const seconds = (performance.now() - since) / 1000
  const own = process.cpuUsage(ownBefore)
  const clusterCpu = clusterCpuMicroseconds(backend) - clusterBefore
  await source.close()
  await database.close()
  const { conversations, events, tasks } = summary
  const memory = process.resourceUsage().maxRSS / 1024
  const used = { ownCpu: own.user + own.system, clusterCpu, memory }
  return { conversations: conversations.imported, events, tasks, seconds, held, ...used }
})
