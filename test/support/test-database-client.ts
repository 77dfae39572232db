import { inject } from 'vitest'

/** Asks the service of test-database-service.ts. An answer other than 200 and 503 is an error. */
export async function askForDatabase(method: 'GET' | 'POST' | 'DELETE', path: string): Promise<Response> {
  // A connection of its own: one that is kept may be closed by the service just when it is used again.
  const headers = { connection: 'close' }
  const response = await fetch(`${inject('testDatabases')}${path}`, { method, headers })
  if (!response.ok && response.status !== 503) throw new Error(`No database for this test: ${await response.text()}`)
  return response
}
