import { migratePostgres } from '../../src/database/migrate.js'
import { startCluster } from '../support/postgres-cluster.js'
import type { Cluster } from '../support/postgres-cluster.js'
import { findInstallations } from '../support/postgres-installations.js'
import { fileURLToPath } from 'node:url'

const PROJECT_ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A PostgreSQL for one test alone, which may do to it whatever it likes; migrated and empty. It syncs to disk. */
export async function ownPostgres(options: { root?: string } = {}): Promise<Cluster> {
  const failures: string[] = []
  for (const installation of findInstallations(PROJECT_ROOT)) {
    try {
      const cluster = await startCluster(installation, {
        fsync: true,
        signal: new AbortController().signal,
        ...options,
      })
      await migratePostgres(cluster.connectionString)
      return cluster
    } catch (error) {
      failures.push(`${installation.label}: ${(error as Error).message}`)
    }
  }
  throw new Error(`No PostgreSQL could be started: ${failures.join('; ')}`)
}
