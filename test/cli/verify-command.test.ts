import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { terminalOf } from '../../src/cli/run-command.js'
import { verifyCommand } from '../../src/cli/verify-command.js'
import type { Database } from '../../src/database/sql.js'
import { livedIn } from '../support/lived-in.js'
import { openEmbeddedDatabase } from '../support/embedded-database.js'
import { makeWorld } from '../support/services.js'
import { Tamperer } from '../support/tampering.js'

let database: Database
let tamperer: Tamperer

beforeAll(async () => {
  database = await openEmbeddedDatabase()
  await livedIn(await makeWorld(database))
  tamperer = await Tamperer.of(database)
  return () => database.close()
})
afterEach(() => tamperer.restore())

async function run({ json = false, isTTY = false } = {}): Promise<{ status: number; output: string }> {
  let output = ''
  const terminal = terminalOf({ isTTY, write: (text) => (output += text) })
  const status = await verifyCommand({ database, archive: null, terminal, flags: new Map(json ? [['json', '']] : []) })
  return { status, output }
}

const breakIt = () => tamperer.run(`UPDATE task_row SET priority = 9 WHERE status = 'FAILED'`)

describe('verify', () => {
  it('ends with status 0 and the summary if every promise holds', async () => {
    const { status, output } = await run()
    expect(status).toBe(0)
    expect(output).toMatch(/Claims examined 8, cross-runtime resumes 0\./)
    expect(output).toMatch(/Every promise holds\.\n$/)
  })

  it('ends with status 1 if a promise is broken, and prints the place, the expected value and the found one', async () => {
    await breakIt()
    const { status, output } = await run()
    expect(status).toBe(1)
    expect(output).toMatch(
      /^TASK_ROW in workspace ws_\w+, conversation chat_\w+, position \d+, version \d+, task task_\w+\n/,
    )
    expect(output).toContain('  expected: {"priority":2}\n  found:    {"priority":9}\n')
    expect(output).toMatch(/BROKEN: 1 findings\.\n$/)
  })

  it('prints the same as one line of JSON', async () => {
    const whole = await run({ json: true })
    expect(whole.status).toBe(0)
    expect(JSON.parse(whole.output)).toMatchObject({ ok: true, claims: 8, crossRuntimeResumes: 0, findings: [] })
    await breakIt()
    const broken = await run({ json: true })
    expect(broken.status).toBe(1)
    expect(broken.output.trimEnd()).not.toContain('\n')
    const findings = [{ kind: 'TASK_ROW', expected: '{"priority":2}', found: '{"priority":9}' }]
    expect(JSON.parse(broken.output)).toMatchObject({ ok: false, findingsFound: 1, findings })
  })

  it('prints a limited number of findings and counts all of them', async () => {
    await tamperer.run('UPDATE session_event SET version = version + 1000')
    await tamperer.run(`UPDATE session_event SET digest = 'x', actor = 'y'`)
    await tamperer.run(`INSERT INTO conversation SELECT (jsonb_populate_record(c, jsonb_build_object('id', 'chat_' || n))).*
      FROM conversation c, generate_series(1, 99) n WHERE kind = 'CHAT'`)
    const { output } = await run()
    expect(output.match(/^ {2}expected: /gm)).toHaveLength(100)
    expect(output).toMatch(/\d+ more findings are not shown/)
  })

  it('shows its progress only on a terminal, and clears it there', async () => {
    expect((await run()).output).not.toContain('\u001b')
    const { output } = await run({ isTTY: true })
    // Rows are read while those before them are folded: how many conversations are through by then is by chance.
    expect(output).toMatch(/events of \d+ conversations read/)
    expect(output.split('\n')[0]).toContain('\r\u001b[K')
    expect(output.split('\n')[0]).toMatch(/Events \d+, conversations 2, workspaces 1, /)
  })
})
