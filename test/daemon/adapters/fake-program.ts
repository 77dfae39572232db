import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { Turn, TurnEnd } from '../../../src/daemon/adapters/adapter.js'

export interface ScriptedTurn {
  /** Only when the arguments hold this. */
  when?: string
  stdout?: string
  stderr?: string
  code?: number
  /** Absolute paths of files that it leaves behind. */
  writes?: string[]
  /** Goes on until it gets SIGTERM. */
  hangs?: boolean
  /** Does not read its input. */
  deaf?: boolean
}

interface Call {
  args: string[]
  stdin: string
  cwd: string
  baton: string | null
  stopped?: true
}

const SCRIPT = fileURLToPath(new URL('fake-agent.js', import.meta.url))

/** What a real program wrote, without its name and version. */
export function recorded(name: string): string {
  return readFileSync(new URL(`../recorded/${name}.jsonl`, import.meta.url), 'utf8')
}

/** A directory that is gone after the test. */
export async function directory(): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'baton-agents-')))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

/** A program of this name, in a directory of its own, that follows the script. */
export async function fakeProgram(name: string, turns: ScriptedTurn[]) {
  const home = await directory()
  const [bin, log, script] = [join(home, 'bin'), join(home, 'calls.jsonl'), join(home, 'script.json')]
  await mkdir(bin)
  const program = join(bin, name)
  await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${SCRIPT}" "$@"\n`)
  await chmod(program, 0o755)
  await writeFile(script, JSON.stringify({ log, turns }))
  const calls = (): Call[] =>
    existsSync(log)
      ? readFileSync(log, 'utf8')
          .split('\n')
          // The file is there a moment before its first line is.
          .slice(0, -1)
          .map((line) => JSON.parse(line) as Call)
      : []
  const environment = { PATH: `${bin}:/usr/bin:/bin`, FAKE_AGENT: script }
  return { home, program, calls, machine: { environment } }
}

/** Runs one turn and notes what it told on its way. */
export async function watchTurn(
  run: (turn: Turn) => Promise<TurnEnd>,
  turn: Partial<Turn> = {},
): Promise<{ end: TurnEnd; told: string[] }> {
  const told: string[] = []
  const end = await run({
    conversation: 'chat_1',
    prompt: 'Do it.',
    workDir: await directory(),
    resume: null,
    model: null,
    instructions: null,
    permissions: 'read',
    effort: null,
    env: {},
    args: [],
    mcpServers: {},
    signal: new AbortController().signal,
    onResume: (result) => told.push(String(result)),
    onSession: (sessionId) => told.push(`session ${sessionId}`),
    onProgress: ({ kind, text }) => told.push(`${kind}: ${text}`),
    onWork: () => undefined,
    ...turn,
  })
  return { end, told }
}
