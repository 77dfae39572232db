import { spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runAcp } from '../adapters/acp.js'
import type { Adapter } from '../adapters/adapter.js'
import type { Machine } from '../adapters/child-process.js'
import { runClaudeCode } from '../adapters/claude-code.js'
import { runCodex } from '../adapters/codex.js'
import { canResume, runExec } from '../adapters/exec.js'
import { claudeAccount, claudeHome, codexAccount, codexHome, storeFingerprint } from '../adapters/fingerprints.js'
import type { Fingerprint, Place } from '../adapters/fingerprints.js'
import { claudeTranscripts, codexTranscripts } from '../adapters/transcripts.js'
import type { Options } from './options.js'

type Asked = Pick<
  Options,
  'only' | 'exec' | 'acp' | 'acpPermissions' | 'claudeArgs' | 'codexArgs' | 'backgroundSeconds'
>

/** The agents this machine has: Claude Code and Codex where they are on the PATH, and what the operator named. */
export async function findAgents(
  asked: Asked,
  place: Place,
  { fingerprint, ...notes }: { fingerprint: Fingerprint } & Pick<Machine, 'owner' | 'track'>,
): Promise<Adapter[]> {
  const { environment } = place
  const machine = { environment, ...notes }
  const found: Adapter[] = []
  const claude = onPath('claude', environment)
  if (claude !== null) {
    const hasTranscript = claudeTranscripts(claudeHome(place))
    const backgroundMs = asked.backgroundSeconds * 1000
    const claudeCode = { program: claude, extraArgs: asked.claudeArgs, machine, hasTranscript, backgroundMs }
    found.push({
      ...{ provider: 'claude', cliVersion: versionOf(claude, environment) },
      account: await claudeAccount(fingerprint, place),
      store: storeFingerprint(fingerprint, claudeHome(place)),
      run: (turn) => runClaudeCode(claudeCode, turn),
    })
  }
  const codex = onPath('codex', environment)
  if (codex !== null) {
    const hasTranscript = codexTranscripts(codexHome(place))
    const own = { program: codex, extraArgs: asked.codexArgs, machine, hasTranscript }
    found.push({
      ...{ provider: 'codex', cliVersion: versionOf(codex, environment) },
      account: await codexAccount(fingerprint, place),
      store: storeFingerprint(fingerprint, codexHome(place)),
      run: (turn) => runCodex(own, turn),
    })
  }
  const unknown = { cliVersion: null, account: null, store: null }
  for (const { provider, command } of asked.acp) {
    const agent = { command, machine, permissions: asked.acpPermissions }
    found.push({ provider, ...unknown, run: (turn) => runAcp(agent, turn) })
  }
  if (asked.exec !== null) {
    const { provider, command } = asked.exec
    const own = { command, machine }
    found.push({ provider, ...unknown, run: (turn) => runExec(own, canResume(own) ? turn : { ...turn, resume: null }) })
  }
  return found.filter(({ provider }) => asked.only === null || asked.only.includes(provider))
}

function onPath(name: string, { PATH = '' }: Place['environment']): string | null {
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

/** The first number with dots of what `--version` says; null where it says none. */
function versionOf(program: string, environment: Place['environment']): string | null {
  const { stdout } = spawnSync(program, ['--version'], { env: { ...environment }, encoding: 'utf8', timeout: 20_000 })
  return /\d+\.\d+[\w.-]*/.exec(stdout ?? '')?.[0] ?? null
}
