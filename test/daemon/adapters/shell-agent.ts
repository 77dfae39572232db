import { existsSync, readFileSync } from 'node:fs'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { processOf } from '../../../src/machine/processes.js'
import { directory } from './fake-program.js'

/** A program that is this shell script, with a directory of its own as HOME. */
export async function shellAgent(name: string, script: string) {
  const home = await directory()
  const program = join(home, name)
  await writeFile(program, `#!/bin/sh\n${script}\n`)
  await chmod(program, 0o755)
  return { home, program, machine: { environment: { PATH: '/usr/bin:/bin', HOME: home } } }
}

/** The number that a script has written to this file, once it has. */
export async function pidIn(file: string): Promise<number> {
  await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8').trim() !== '', { timeout: 20_000 }).toBe(true)
  return Number(readFileSync(file, 'utf8'))
}

export function isAlive(pid: number): boolean {
  const found = processOf(pid)
  return found !== null && !found.ended
}
