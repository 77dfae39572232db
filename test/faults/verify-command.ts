import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const BATON = fileURLToPath(new URL('../../dist/cli/baton.js', import.meta.url))

/** What `npm run verify` prints of a database: a connection string, or the directory of an embedded one. */
export async function verifyOutput(
  database: { connectionString: string } | { dataDirectory: string },
): Promise<string> {
  const settings =
    'connectionString' in database
      ? { DATABASE_URL: database.connectionString }
      : { BATON_DATA_DIR: database.dataDirectory }
  const { stdout } = await promisify(execFile)(process.execPath, [BATON, 'verify'], {
    env: { PATH: process.env['PATH'], ...settings },
  }).catch((error: unknown) => {
    // With findings it ends with status 1: they are what the test is to show.
    if (error instanceof Error && 'stdout' in error) return error as Error & { stdout: string }
    throw error
  })
  return stdout
}

export const EVERY_PROMISE_HOLDS = /cross-runtime resumes 0\.[\s\S]*Every promise holds\./
