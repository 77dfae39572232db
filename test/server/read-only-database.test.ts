import { expect, it } from 'vitest'
import { onSide } from '../support/foreign-settings.js'
import { textAt } from '../support/graphql.js'
import { requestGraphQL } from '../support/graphql-request.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import { describePostgres } from '../support/test-database.js'

/** As in a failover: connections break, and new ones come to a database that takes no writes. */
const turn = (name: string, mode: 'on' | 'off'): string[] => [
  'SET default_transaction_read_only = off',
  `ALTER DATABASE ${name} SET default_transaction_read_only = ${mode}`,
]

describePostgres('a database that becomes read-only while the server runs', (open) => {
  it('is not ready, can still be read with every token, and recovers without a restart', async () => {
    const { connectionString } = await open()
    const name = new URL(connectionString).pathname.slice(1)
    const env = { DATABASE_URL: connectionString, BATON_ADMIN_TOKEN: ADMIN_TOKEN }
    const server = await startServer({ env })
    const readiness = async (): Promise<unknown> => {
      const response = await fetch(`${server.url}/ready`)
      return { status: response.status, body: (await response.json()) as unknown }
    }
    const made = await requestGraphQL(
      server.url,
      ADMIN_TOKEN,
      'mutation { createToken(input: { name: "reads", kind: VIEWER }) { secret } }',
    )
    const unused = textAt(made.data, 'createToken.secret')
    const write = () =>
      requestGraphQL(
        server.url,
        ADMIN_TOKEN,
        'mutation { registerRuntime(input: { daemonId: "laptop", provider: "claude" }) { runtime { id } } }',
      )

    await onSide(
      connectionString,
      ...turn(name, 'on'),
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}' AND pid <> pg_backend_pid()`,
    )
    await expect
      .poll(readiness, { timeout: 30_000 })
      .toEqual({ status: 503, body: { status: 'unavailable', reason: 'The database is read-only.' } })
    const read = await requestGraphQL(server.url, unused, '{ viewer { kind } runtimes { nodes { id } } }')
    expect(read).toMatchObject({ data: { viewer: { kind: 'VIEWER' } }, errors: [] })
    expect((await write()).errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }])

    // Connections that were opened meanwhile stay read-only for as long as they live.
    await onSide(connectionString, ...turn(name, 'off'))
    await expect.poll(readiness, { timeout: 30_000 }).toEqual({ status: 200, body: { status: 'ready' } })
    expect((await write()).errors).toEqual([])
  })
})
