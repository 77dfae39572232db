import { readProcessConfig, unknownProcessSettings } from '../server/settings/config.js'
import type { Config, Settings } from '../server/settings/config.js'
import { checkAgents, checkVersions } from './doctor/check-machine.js'
import { checkEmbedded } from './doctor/check-embedded.js'
import { checkPostgres } from './doctor/check-postgres.js'
import { checkArchive } from './doctor/check-archive.js'
import type { Check, Status } from './doctor/check.js'
import { ok, problem, warning } from './doctor/check.js'
import type { Terminal } from './run-command.js'

/**
 * `baton doctor [--json]`: prints what it found, and what to do about problems. It applies no migration and changes no
 * row. Exit status 0: a server can run; 1: there is a problem.
 */
export async function doctorCommand(settings: Settings, json: boolean, terminal: Terminal): Promise<number> {
  const read = readProcessConfig(settings)
  const unknown = unknownProcessSettings().map((told) => warning('settings', told))
  const checks: Check[] = [checkVersions(process.versions.node)]
  if (read.ok) {
    if (unknown.length === 0) checks.push(ok('settings', 'Every setting is valid.'))
    checks.push(...unknown, ...(await checkDatabase(read.config)))
  } else checks.push(...read.problems.map((told) => problem('settings', told)), ...unknown)
  if (read.ok && read.config.archiveDirectory !== null) checks.push(checkArchive(read.config.archiveDirectory))
  checks.push(checkAgents())
  const sound = checks.every(({ status }) => status !== 'PROBLEM')
  if (json) terminal.line(JSON.stringify({ ok: sound, checks }))
  else for (const check of checks) terminal.line(lineOf(check))
  return sound ? 0 : 1
}

function checkDatabase(config: Config): Promise<Check[]> {
  const { databaseUrl } = config
  return databaseUrl === null ? checkEmbedded(config) : checkPostgres({ ...config, databaseUrl })
}

const WORDS: Record<Status, string> = { OK: 'ok', WARNING: 'WARNING', PROBLEM: 'PROBLEM' }

function lineOf({ name, status, message }: Check): string {
  return `${WORDS[status].padEnd(7)}  ${name.padEnd(11)}  ${message.replaceAll(/\s*\n\s*/g, ' ')}`
}
