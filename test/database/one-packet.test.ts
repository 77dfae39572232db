import { Socket } from 'node:net'
import { expect, it, vi } from 'vitest'
import { openPostgres } from '../../src/database/postgres.js'
import { statement } from '../../src/database/sql.js'
import { describePostgres } from '../support/test-database.js'

describePostgres('the packets of a transaction', (open) => {
  it('BEGIN and the first statement leave as one write', async () => {
    const { connectionString } = await open()
    const database = openPostgres(connectionString, { schema: 'public', onIdleError: () => undefined })
    const first = statement('test_first', 'SELECT 1 AS first')
    // The first transaction opens the connection and prepares the statement.
    await database.transaction((sql) => sql.rows(first))
    const writes: string[] = []
    const writeAll = Reflect.get(Socket.prototype, '_writev') as (...args: unknown[]) => void
    vi.spyOn(Socket.prototype, '_writev').mockImplementation(function (this: Socket, chunks, done) {
      // Node empties the chunks when they are written.
      writes.push(
        Buffer.concat(chunks.map(({ chunk }) => (Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk)))).toString(
          'latin1',
        ),
      )
      writeAll.call(this, chunks, done)
    })
    await database.transaction((sql) => sql.rows(first))
    await database.close()
    expect(writes.filter((text) => text.includes('BEGIN'))).toEqual([expect.stringContaining('test_first')])
  })
})
