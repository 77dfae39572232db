import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

export const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }

/** A machine with Node, and of this project nothing but a package. */
export interface Machine {
  home: string
  /** The program of that name that the package brings. */
  bin(name: string): string
}

/** Makes both packages anew. */
export async function pack(): Promise<void> {
  await run('npm', ['run', '--silent', 'pack'], { cwd: ROOT })
}

/** Installs one of the packages in a folder of `directory`, with a cache that is empty. */
export async function install(name: 'baton-server' | 'baton-daemon', directory: string): Promise<Machine> {
  const home = join(directory, name)
  mkdirSync(home, { recursive: true })
  const tarball = join(ROOT, `dist/packages/${name}-${version}.tgz`)
  const cache = ['--cache', join(home, '.npm'), '--no-audit', '--no-fund', '--ignore-scripts']
  await run('npm', ['install', '--prefix', home, ...cache, tarball], { cwd: home })
  return { home, bin: (program) => join(home, 'node_modules/.bin', program) }
}

/** What is installed there, as the disk counts it (du). */
export async function megabytesOf({ home }: Machine): Promise<number> {
  const { stdout } = await run('du', ['-sk', join(home, 'node_modules')])
  return Number.parseInt(stdout) / 1024
}
