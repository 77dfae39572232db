import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { exportCommand } from '../../src/cli/export-command.js'
import { terminalOf } from '../../src/cli/run-command.js'
import { verifyFileCommand } from '../../src/cli/verify-command.js'
import type { Database } from '../../src/database/sql.js'
import { livedIn } from '../support/lived-in.js'
import type { LivedIn } from '../support/lived-in.js'
import { openEmbeddedDatabase } from '../support/embedded-database.js'
import { makeWorld } from '../support/services.js'

let database: Database
let ground: LivedIn
let directory: string

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'baton-export-'))
  database = await openEmbeddedDatabase()
  ground = await livedIn(await makeWorld(database))
  return async () => {
    await database.close()
    rmSync(directory, { recursive: true })
  }
})

async function run(
  command: typeof exportCommand,
  flags: Record<string, string>,
): Promise<{ status: number; output: string }> {
  let output = ''
  const terminal = terminalOf({ isTTY: false, write: (text) => (output += text) })
  const status = await command({ database, archive: null, terminal, flags: new Map(Object.entries(flags)) })
  return { status, output }
}

describe('export', () => {
  it('writes a file that verify proves without the database', async () => {
    const out = join(directory, 'chat.jsonl')
    const exported = await run(exportCommand, { conversation: ground.chat.id, out })
    expect(exported).toEqual({ status: 0, output: `1 conversations exported to ${out}.\n` })
    expect(statSync(out).mode & 0o777).toBe(0o600)
    const proven = await run(verifyFileCommand, { file: out })
    expect(proven.status).toBe(0)
    expect(proven.output).toMatch(/Claims examined 6, cross-runtime resumes 0\.\n/)
    expect(proven.output).toMatch(/Every promise holds\.\n$/)
  })

  it('verify of an edited file ends with status 1 and says what is wrong', async () => {
    const out = join(directory, 'edited.jsonl')
    await run(exportCommand, { conversation: ground.chat.id, out })
    writeFileSync(out, readFileSync(out, 'utf8').replace('"failureReason":"context_overflow"', '"failureReason":"x"'))
    const { status, output } = await run(verifyFileCommand, { file: out, json: '' })
    expect(status).toBe(1)
    expect(JSON.parse(output)).toMatchObject({ ok: false, claims: 6 })
    expect((JSON.parse(output) as { findings: object[] }).findings).toContainEqual(
      expect.objectContaining({ kind: 'DIGEST', conversationId: ground.chat.id }),
    )
  })

  it('writes the same to standard output', async () => {
    const out = join(directory, 'same.jsonl')
    await run(exportCommand, { conversation: ground.chat.id, out })
    const { output } = await run(exportCommand, { conversation: ground.chat.id })
    expect(output).toBe(readFileSync(out, 'utf8'))
  })

  it('leaves no file if the conversation does not exist', async () => {
    const out = join(directory, 'none.jsonl')
    const none = run(exportCommand, { conversation: 'chat_01h2xcejqtf2nbrexx3vqjhp41', out })
    await expect(none).rejects.toThrow('There is no conversation chat_01h2xcejqtf2nbrexx3vqjhp41.')
    expect(readdirSync(directory).filter((name) => name.startsWith('none'))).toEqual([])
  })

  it('reports a file that cannot be written or read', async () => {
    const file = join(directory, 'nowhere', 'chat.jsonl')
    await expect(run(exportCommand, { all: '', out: file })).rejects.toThrow(/ENOENT/)
    await expect(run(verifyFileCommand, { file })).rejects.toThrow(/ENOENT/)
  })

  it.each<Record<string, string>>([
    {},
    { conversation: '' },
    { conversation: 'chat_1', all: '' },
    { all: '', out: '' },
  ])('prints its usage for %j', async (flags) => {
    await expect(run(exportCommand, flags)).rejects.toThrow('Say what to export')
  })
})
