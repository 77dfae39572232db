import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    agentClis: string
  }
}

const run = promisify(execFile)
const PACKAGES = fileURLToPath(new URL('packages/package.json', import.meta.url))
const CACHE = fileURLToPath(new URL('../../.cache/agents/', import.meta.url))
/** A gigabyte and a half, unpacked. */
const LONGEST_INSTALL_MS = 900_000
/** What has been fetched stays in npm's own cache, so that the next try goes on from there. */
const TRIES = 3

/** No lock file: npm's holds packages of those platforms only that the machine's registry has told it of. */
const INSTALL = [
  ...['install', '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'],
  ...['--prefer-offline', '--fetch-retries=5', '--fetch-timeout=600000'],
]

/** Their install scripts only put the platform's program into its place. No other package's script runs. */
const PLACES_PROGRAM = ['@anthropic-ai/claude-code/install.cjs', 'opencode-ai/postinstall.mjs']

/** Vitest calls this once before the first file. What cannot be installed ends the run: nothing is left out in silence. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('agentClis', await installClis())
}

/** The folder with the pinned CLIs in its node_modules; installed from the registry when it is not there yet. */
async function installClis(): Promise<string> {
  const pinned = readFileSync(PACKAGES)
  const folder = join(CACHE, createHash('sha256').update(pinned).digest('hex').slice(0, 12))
  if (existsSync(folder)) return folder
  const unfinished = `${folder}.${process.pid}`
  mkdirSync(unfinished, { recursive: true })
  try {
    cpSync(PACKAGES, join(unfinished, 'package.json'))
    const options = { cwd: unfinished, timeout: LONGEST_INSTALL_MS }
    await runAgain('npm', INSTALL, options)
    for (const script of PLACES_PROGRAM)
      await run(process.execPath, [join(unfinished, 'node_modules', script)], options)
    renameSync(unfinished, folder)
  } catch (error) {
    // Another run has installed them meanwhile.
    if (existsSync(folder)) return folder
    throw new Error(`The agent CLIs cannot be installed: ${reasonOf(error)}`, { cause: error })
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
  return folder
}

/** A registry may be slow, or away for a moment. */
async function runAgain(program: string, args: readonly string[], options: { cwd: string; timeout: number }) {
  for (let left = TRIES - 1; ; left--) {
    try {
      return await run(program, args, options)
    } catch (error) {
      if (left === 0) throw error
    }
  }
}

/** npm says what is the matter on stderr. */
function reasonOf(error: unknown): string {
  return error instanceof Error && 'stderr' in error && error.stderr !== '' ? String(error.stderr) : String(error)
}
