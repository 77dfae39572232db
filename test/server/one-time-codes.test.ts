import { mkdtempSync, readdirSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { systemClock } from '../../src/database/clock.js'
import { CODE_MINUTES, codesOf, DirectoryCodes } from '../../src/server/access/one-time-codes.js'
import { makeWorld } from '../support/services.js'
import { describePostgres } from '../support/test-database.js'

const TOO_LONG_MS = CODE_MINUTES * 60_000 + 1

it('expired codes are removed from the data directory, and the server’s address stays', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'baton-codes-'))
  const codes = new DirectoryCodes(directory, systemClock)
  codes.tellOrigin('http://127.0.0.1:4000')
  await codes.make()
  const folder = join(directory, 'codes')
  const old = new Date(Date.now() - TOO_LONG_MS)
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), old, old)
  const code = await codes.make()
  expect(readdirSync(folder)).toHaveLength(2)
  expect(codes.origin()).toBe('http://127.0.0.1:4000')
  expect(await codes.redeem(code)).toBe(true)
})

describePostgres('in a database', (open) => {
  it('expired codes are removed, and redeemed ones stay visible', async () => {
    const database = await open()
    await makeWorld(database)
    let now = new Date()
    const codes = codesOf({ databaseUrl: 'postgresql://somewhere', dataDirectory: '' }, database, { now: () => now })
    await codes.make()
    expect(await codes.redeem(await codes.make())).toBe(true)
    now = new Date(now.getTime() + TOO_LONG_MS)
    const code = await codes.make()
    const name = 'One-time code of npm run open'
    expect(await database.prisma.apiToken.count({ where: { name } })).toBe(2)
    expect(await codes.redeem(code)).toBe(true)
  })
})
