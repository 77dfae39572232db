import type { TestProject } from 'vitest/node'
import { startTestDatabaseService } from './test-database-service.js'

declare module 'vitest' {
  interface ProvidedContext {
    testDatabases: string
  }
}

/** Vitest calls this once before the first test file; what it returns, once after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const service = await startTestDatabaseService()
  project.provide('testDatabases', service.url)
  return () => service.close()
}
