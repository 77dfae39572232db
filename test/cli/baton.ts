import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { terminalOf } from '../../src/cli/run-command.js'
import type { Terminal } from '../../src/cli/run-command.js'
import { ended, hasEnded } from '../support/child-process-end.js'
import { build } from '../support/spawned-server.js'

const BATON = fileURLToPath(new URL('../../dist/cli/baton.js', import.meta.url))

export interface Ran {
  /** null: it was killed. */
  code: number | null
  stdout: string
  stderr: string
}

/** `baton` as a process of its own. `killWhen`: it is killed (SIGKILL) as soon as that holds. */
export async function baton(
  args: readonly string[],
  env: Record<string, string>,
  killWhen?: () => boolean | Promise<boolean>,
): Promise<Ran> {
  await build()
  const child = spawn(process.execPath, [BATON, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...env },
  })
  const ran = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ran.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ran.stderr += text))
  while (killWhen !== undefined && !hasEnded(child)) {
    if (await killWhen()) {
      child.kill('SIGKILL')
      break
    }
    await sleep(1)
  }
  await ended(child)
  return { code: child.exitCode, ...ran }
}

/** Keeps what is written to it. */
export function keptTerminal(): { terminal: Terminal; written: () => string } {
  let output = ''
  return { terminal: terminalOf({ isTTY: false, write: (text) => (output += text) }), written: () => output }
}
