import { spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { keptAgents } from '../adapters/acp-kept.js'
import { runAcp } from '../adapters/acp.js'
import type { Adapter, Turn } from '../adapters/adapter.js'
import type { Machine } from '../adapters/child-process.js'
import { runClaudeCode } from '../adapters/claude-code.js'
import { runCodex } from '../adapters/codex.js'
import { canResume, runExec } from '../adapters/exec.js'
import { claudeAccount, claudeHome, codexAccount, codexHome, storeFingerprint } from '../adapters/fingerprints.js'
import type { Fingerprint, UserHome } from '../adapters/fingerprints.js'
import { claudeTranscripts, codexTranscripts } from '../adapters/transcripts.js'
import type { Options } from './options.js'

type AgentFlags = Pick<
  Options,
  | ('only' | 'exec' | 'acp' | 'permissions' | 'acpPermissions' | 'acpIdleSeconds' | 'slots')
  | ('claudeArgs' | 'codexArgs' | 'backgroundSeconds')
>

/** An --exec command gets only the prompt and the session. */
const EXEC_CANNOT = ['model', 'instructions', 'permissions', 'effort', 'mcpServers']

/**
 * The agents of this machine: Claude Code and Codex if they are on the PATH, and those that the operator named.
 *
 * @throws Error with a sentence if a program that the operator named does not exist.
 */
export async function findAgents(
  asked: AgentFlags,
  place: UserHome,
  { fingerprint, ...notes }: { fingerprint: Fingerprint } & Pick<Machine, 'owner' | 'track'>,
): Promise<Adapter[]> {
  const { environment } = place
  const machine = { environment, ...notes }
  const found: Adapter[] = []
  const claude = onPath('claude', environment)
  if (claude !== null) {
    const { has: hasTranscript, wasTold, lastLine } = claudeTranscripts(claudeHome(place))
    const backgroundMs = asked.backgroundSeconds * 1000
    const stored = { hasTranscript, lastLine, backgroundMs }
    const claudeCode = { program: claude, extraArgs: asked.claudeArgs, machine, ...stored }
    found.push({
      provider: 'claude',
      cliVersion: versionOf(claude, environment),
      account: await claudeAccount(fingerprint, place),
      accountNow: () => claudeAccount(fingerprint, place),
      store: storeFingerprint(fingerprint, claudeHome(place)),
      permissions: asked.permissions,
      cannot: [],
      wasTold,
      run: (turn) => runClaudeCode(claudeCode, turn),
    })
  }
  const codex = onPath('codex', environment)
  if (codex !== null) {
    const { has: hasTranscript, wasTold, lastLine } = codexTranscripts(codexHome(place))
    const own = { program: codex, extraArgs: asked.codexArgs, machine, hasTranscript, lastLine }
    found.push({
      provider: 'codex',
      cliVersion: versionOf(codex, environment),
      account: await codexAccount(fingerprint, place),
      accountNow: () => codexAccount(fingerprint, place),
      store: storeFingerprint(fingerprint, codexHome(place)),
      permissions: asked.permissions,
      cannot: [],
      wasTold,
      run: (turn) => runCodex(own, turn),
    })
  }
  const unknown = { cliVersion: null, account: null, store: null }
  const kept = keptAgents({ idleMs: asked.acpIdleSeconds * 1000, most: asked.slots })
  for (const { provider, command } of asked.acp) {
    mustExist('--acp', command, environment)
    const agent = { command, machine, kept }
    const own = { ...unknown, permissions: asked.acpPermissions, cannot: [], close: () => kept.close() }
    found.push({ provider, ...own, run: (turn) => runAcp(agent, turn) })
  }
  if (asked.exec !== null) {
    const { provider, command } = asked.exec
    mustExist('--exec', command, environment)
    const own = { command, machine }
    const run = (turn: Turn) => runExec(own, canResume(own) ? turn : { ...turn, resume: null })
    found.push({ provider, ...unknown, permissions: 'all', cannot: EXEC_CANNOT, run })
  }
  return found.filter(({ provider }) => asked.only === null || asked.only.includes(provider))
}

/** The agents on the PATH that a daemon on this machine offers. */
export function agentsOnPath(
  environment: UserHome['environment'],
): { name: string; path: string; version: string | null }[] {
  return ['claude', 'codex'].flatMap((name) => {
    const path = onPath(name, environment)
    return path === null ? [] : [{ name, path, version: versionOf(path, environment) }]
  })
}

/**
 * Reports a mistyped program at the start. A path such as ./agent is relative to each run's work directory, so it is
 * not checked.
 */
function mustExist(
  flag: string,
  [program]: readonly [string, ...string[]],
  environment: UserHome['environment'],
): void {
  if (isAbsolute(program)) {
    if (!isProgram(program)) throw new Error(`${flag}: ${program} is not a program that this user can run.`)
  } else if (!/[/\\]/.test(program) && onPath(program, environment) === null) {
    throw new Error(`${flag}: ${program} is not on the PATH.`)
  }
}

function onPath(name: string, { PATH = '' }: UserHome['environment']): string | null {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name]
  const candidates = PATH.split(delimiter).filter((folder) => folder !== '')
  return candidates.flatMap((folder) => names.map((one) => join(folder, one))).find(isProgram) ?? null
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** The first version number in the output of `--version`; null if there is none. */
function versionOf(program: string, environment: UserHome['environment']): string | null {
  const { stdout } = spawnSync(program, ['--version'], { env: { ...environment }, encoding: 'utf8', timeout: 20_000 })
  return /\d+\.\d+[\w.-]*/.exec(stdout ?? '')?.[0] ?? null
}
