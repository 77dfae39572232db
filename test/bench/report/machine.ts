import { cpus } from 'node:os'

/** What it was measured on, in one line. */
export function machine(postgresVersion: string): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  return `${cpus().length} cores of ${model}, Node ${process.versions.node}, PostgreSQL ${postgresVersion}`
}
