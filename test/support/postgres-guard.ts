import { findInstallations } from './postgres-installations.js'
import { startCluster } from './postgres-cluster.js'
import type { Cluster } from './postgres-cluster.js'

/**
 * A process of its own that has the test server as long as its stdin is open, and then kills it and removes its
 * files. Whatever ends the test run, ctrl-C and kill -9 included, closes that pipe: the orderly end takes the same
 * way as the crash, so that the way is known to work. On stdout it says one line, a {@link GuardReport}.
 */
export interface GuardOptions {
  projectRoot: string
  fsync: boolean
}

export type GuardReport = { connectionString: string; label: string } | { unavailable: string }

const options = JSON.parse(process.argv.at(-1) ?? '') as GuardOptions
const over = new AbortController()
const runIsOver = new Promise<void>((resolve) => over.signal.addEventListener('abort', () => resolve()))
for (const event of ['end', 'error']) process.stdin.on(event, () => over.abort())
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => over.abort())
// Nobody reads any more when the test run has crashed; there is still work to do.
process.stdout.on('error', () => over.abort())
process.stdin.resume()

const cluster = await startFirst()
if (cluster !== undefined) {
  await Promise.race([runIsOver, cluster.ended])
  if (!over.signal.aborted)
    process.stderr.write(`The PostgreSQL test server has ended by itself: ${cluster.logTail()}\n`)
  await cluster.stop()
}
process.exit()

async function startFirst(): Promise<Cluster | undefined> {
  const failures: string[] = []
  for (const installation of findInstallations(options.projectRoot)) {
    if (over.signal.aborted) return undefined
    try {
      const started = await startCluster(installation, { fsync: options.fsync, signal: over.signal })
      report({ connectionString: started.connectionString, label: installation.label })
      return started
    } catch (error) {
      failures.push(`${installation.label}: ${(error as Error).message}`)
    }
  }
  report({ unavailable: failures.length > 0 ? failures.join('; ') : 'there is none on this machine, nor from npm.' })
  return undefined
}

function report(line: GuardReport): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
