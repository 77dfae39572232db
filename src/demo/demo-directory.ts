import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lockDirectory } from '../machine/directory-lock.js'
import { newRequestId } from '../daemon/ids.js'

/** The state of a demo, besides its database and its machines. */
export interface DemoState {
  /** The server's ROOT token. Only the owner can read the directory. */
  adminToken: string
  /** The machines' tokens, by name. */
  machineTokens: Record<string, string>
  /** The whole day has been played. */
  filled: boolean
}

export class NotADemo extends Error {}

const FILE = 'demo.json'

/**
 * Opens the directory of a new or existing demo. An incomplete demo, or any demo with `fresh`, is emptied first.
 *
 * @throws NotADemo for a directory of something else, which is left as it is, and DirectoryInUse
 */
export async function openDemoDirectory(directory: string, fresh: boolean): Promise<DemoState> {
  const known = readState(directory)
  if (known === null && existsSync(directory) && readdirSync(directory).length > 0) {
    throw new NotADemo(`${directory} is not the directory of a demo. Name another directory with --directory.`)
  }
  if (known !== null && known.filled && !fresh) return known
  if (known !== null) await empty(directory)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const state = { adminToken: `baton_demo_${newRequestId()}`, machineTokens: {}, filled: false }
  writeState(directory, state)
  return state
}

export function writeState(directory: string, state: DemoState): void {
  writeFileSync(join(directory, FILE), `${JSON.stringify(state)}\n`, { mode: 0o600 })
}

export function databaseOf(directory: string): string {
  return join(directory, 'database')
}

export function placeOfMachine(directory: string, name: string): string {
  const place = join(directory, 'machines', name)
  mkdirSync(place, { recursive: true })
  return place
}

function readState(directory: string): DemoState | null {
  const file = join(directory, FILE)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as DemoState) : null
}

/** Empties the directory, unless a demo is running in it. */
async function empty(directory: string): Promise<void> {
  if (existsSync(databaseOf(directory))) await (await lockDirectory(databaseOf(directory)))()
  rmSync(directory, { recursive: true, force: true })
}
