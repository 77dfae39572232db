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

/** No lock file: npm's holds packages of those platforms only that the machine's registry has told it of. */
const INSTALL = ['install', '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error']

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
    await run('npm', INSTALL, options)
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

/** npm says what is the matter on stderr. */
function reasonOf(error: unknown): string {
  return error instanceof Error && 'stderr' in error && error.stderr !== '' ? String(error.stderr) : String(error)
}
