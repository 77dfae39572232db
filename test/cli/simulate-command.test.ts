import { beforeAll, describe, expect, it } from 'vitest'
import { terminalOf } from '../../src/cli/run-command.js'
import { simulateCommand } from '../../src/cli/simulate-command.js'
import type { Database } from '../../src/database/sql.js'
import { openEmbeddedDatabase } from '../support/embedded-database.js'
import { livedIn } from '../support/lived-in.js'
import { makeWorld } from '../support/services.js'

let database: Database

beforeAll(async () => {
  database = await openEmbeddedDatabase()
  await livedIn(await makeWorld(database))
  return () => database.close()
})

async function run(flags: Record<string, string>): Promise<string> {
  let output = ''
  const terminal = terminalOf({ isTTY: false, write: (text) => (output += text) })
  expect(await simulateCommand({ database, archive: null, terminal, flags: new Map(Object.entries(flags)) })).toBe(0)
  return output
}

describe('simulate', () => {
  it('reports how many decisions flip, by reason and with examples', async () => {
    const output = await run({ policy: '{"enabled":false}' })
    expect(output).toMatch(/^Workspace A workspace: 4 of 8 decisions flip\.\n +4 {2}SAME_RUNTIME -> RESUME_DISABLED\n/)
    expect(output).toMatch(/ at \d+, chat_\w+, task_\w+: RESUME \(SAME_RUNTIME\) -> FRESH \(RESUME_DISABLED\)\n/)
  })

  it('reports the same as JSON, one line per workspace', async () => {
    expect(JSON.parse(await run({ policy: '{"enabled":false}', json: '' }))).toMatchObject({
      claims: 8,
      flips: 4,
      byReason: [{ from: 'SAME_RUNTIME', to: 'RESUME_DISABLED', count: 4 }],
    })
  })

  it('takes the default for missing fields of the policy, and then flips nothing', async () => {
    expect(await run({ policy: '{}' })).toContain(': 0 of 8 decisions flip.')
  })

  it('judges only claims since a date', async () => {
    expect(await run({ policy: '{"enabled":false}', since: '2100-01-01' })).toContain(': 0 of 0 decisions flip.')
  })

  it.each([
    ['no policy', {}, '--policy takes a JSON object'],
    ['no JSON', { policy: 'never' }, '--policy takes a JSON object'],
    ['an unknown field', { policy: '{"scop":"LATEST"}' }, 'scop'],
    ['an unknown value', { policy: '{"scope":"ALL"}' }, 'scope'],
    ['no date', { policy: '{}', since: 'yesterday' }, '--since takes a date'],
  ])('prints its usage for %s', async (_, flags, words) => {
    await expect(run(flags)).rejects.toThrow(words)
  })
})
