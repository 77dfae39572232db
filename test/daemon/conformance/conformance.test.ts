import { expect, it } from 'vitest'
import { runChecks } from '../../../src/daemon/conformance/run-checks.js'
import type { CheckOutcome } from '../../../src/daemon/conformance/run-checks.js'
import { freePort } from '../../support/free-port.js'
import { ADMIN_TOKEN, startServer } from '../../support/server-process.js'
import { describePostgres } from '../../support/test-database.js'

async function keepsItsPromises(env: Record<string, string>): Promise<CheckOutcome[]> {
  const PORT = String(await freePort())
  const settings = { ...env, PORT, BATON_ADMIN_TOKEN: ADMIN_TOKEN }
  let server = await startServer({ env: settings })
  const { dataDirectory } = server
  const restart = async () => {
    await server.stop('SIGKILL')
    server = await startServer({ env: settings, dataDirectory })
  }
  const outcomes: CheckOutcome[] = []
  await runChecks({ url: `${server.url}/graphql`, token: ADMIN_TOKEN, restart }, (outcome) => outcomes.push(outcome))
  return outcomes
}

const PASSED = [
  ...['lost claim response', 'double complete', 'late pin after cancel', 'fenced zombie', 'refused resume'],
  ...['clock skew', 'server restart under a running task'],
].map((check) => expect.objectContaining({ check, result: 'passed', note: '' }) as unknown)

it('the server keeps every promise of the kit on its embedded database', async () => {
  expect(await keepsItsPromises({})).toEqual(PASSED)
}, 120_000)

describePostgres('on PostgreSQL', (open) => {
  it('the server keeps every promise of the kit', async () => {
    const { connectionString } = await open()
    expect(await keepsItsPromises({ DATABASE_URL: connectionString })).toEqual(PASSED)
  }, 120_000)
})
