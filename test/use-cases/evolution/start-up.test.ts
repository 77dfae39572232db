import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runCommand } from '../../../src/cli/run-command.js'
import { readConfig } from '../../../src/server/settings/config.js'
import { openLog } from '../../../src/server/observing/log.js'
import { startServer } from '../../../src/server/start-server.js'
import { CURRENT_SCHEMA_VERSION } from '../../../src/session-pointer/upcast.js'

const current = CURRENT_SCHEMA_VERSION as Record<string, number>
const HOLE = 'No upcaster TASK_STARTED@1'

/** A type whose schema version was raised, and whose upcaster was forgotten. */
describe('with a hole in a chain of upcasters', () => {
  let directory: string

  beforeEach(() => {
    directory = join(mkdtempSync(join(tmpdir(), 'baton-')), 'data')
    current['TASK_STARTED'] = 2
  })
  afterEach(() => {
    current['TASK_STARTED'] = 1
    process.exitCode = undefined
    rmSync(directory, { recursive: true, force: true })
  })

  it('no server starts, and no database is opened', async () => {
    const read = readConfig({ BATON_DATA_DIR: directory, PORT: '0' })
    if (!read.ok) throw new Error(read.problems.join('\n'))
    await expect(startServer(read.config, openLog('silent'))).rejects.toThrow(HOLE)
    expect(existsSync(directory)).toBe(false)
  })

  it('no command runs, because it would treat old events as unknown', async () => {
    vi.stubEnv('BATON_DATA_DIR', directory)
    const run = runCommand(new Map(), { settings: {} }, () => Promise.reject(new Error('It ran.')))
    await expect(run).rejects.toThrow(HOLE)
    expect(existsSync(directory)).toBe(false)
  })
})
