import { expect, it } from 'vitest'
import { requestGraphQL } from '../support/graphql-request.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import { describePostgres } from '../support/test-database.js'

describePostgres('on PostgreSQL', (open) => {
  it('several servers start on one database at the same time, and all accept the same token', async () => {
    const { connectionString } = await open()
    const env = { DATABASE_URL: connectionString, BATON_ADMIN_TOKEN: ADMIN_TOKEN }
    const servers = await Promise.all([startServer({ env }), startServer({ env }), startServer({ env })])
    const answers = await Promise.all(
      servers.map(({ url }) => requestGraphQL(url, ADMIN_TOKEN, '{ viewer { workspace { id } } tokens { id } }')),
    )
    const [first] = answers
    expect(first?.data).toMatchObject({ tokens: [{}] })
    for (const { data } of answers) expect(data).toEqual(first?.data)
    expect(await Promise.all(servers.map((server) => server.stop()))).toEqual([0, 0, 0])
  })
})
