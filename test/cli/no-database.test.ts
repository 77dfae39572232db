import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { runCommand } from '../../src/cli/run-command.js'

const directory = mkdtempSync(join(tmpdir(), 'baton-cli-'))

afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

it('a reading command creates no missing database and does not report success', async () => {
  const missing = join(directory, 'typo')
  vi.stubEnv('DATABASE_URL', '')
  vi.stubEnv('BATON_DATA_DIR', missing)
  const command = vi.fn(async () => 0)
  const run = runCommand(new Map(), { settings: {}, existing: true }, command)
  await expect(run).rejects.toThrow(`There is no database in ${missing}.`)
  expect(command).not.toHaveBeenCalled()
  expect(existsSync(missing)).toBe(false)
})
