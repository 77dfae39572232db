import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MemoryFS } from '@electric-sql/pglite'
import { openPGlite } from '../../src/database/embedded.js'
import { statement } from '../../src/database/sql.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const CACHE = join(ROOT, 'node_modules/.cache/baton-embedded-template')
const ONE_DAY_MS = 86_400_000

/** All that decides what is in the template: change any of it, and a new one is made. */
const INPUTS = ['package-lock.json', 'prisma', 'src/database']

/**
 * A file with a migrated, empty embedded database, as a tar: opening a copy takes under a second, making one takes
 * eight. So it is kept from run to run, under a name made of its inputs' content.
 */
export async function embeddedTemplate(): Promise<string> {
  const file = join(CACHE, `${hashOfInputs()}.tar`)
  if (!existsSync(file)) keep(file, await makeTemplate())
  return file
}

/** A new data directory with what `template` has, closed in good order. */
export async function makeMigratedDirectory(template: string): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'baton-migrated-'))
  const loadDataDir = new Blob([readFileSync(template)], { type: 'application/x-tar' })
  const database = await openPGlite({ dataDir: join(directory, 'database'), loadDataDir }, () => Promise.resolve())
  await database.close()
  return directory
}

async function makeTemplate(): Promise<Uint8Array> {
  const fs = new MemoryFS()
  const database = await openPGlite({ fs }, () => Promise.resolve())
  await database.sql.rows(statement('test_checkpoint', 'CHECKPOINT'))
  const dump = await fs.dumpTar('pgdata', 'none')
  await database.close()
  return new Uint8Array(await dump.arrayBuffer())
}

function hashOfInputs(): string {
  const hash = createHash('sha256')
  for (const file of INPUTS.flatMap(filesOf)) hash.update(`${file}\0`).update(readFileSync(join(ROOT, file)))
  return hash.digest('hex').slice(0, 16)
}

function filesOf(input: string): string[] {
  if (input.endsWith('.json')) return [input]
  return readdirSync(join(ROOT, input), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
    .sort()
}

/** Whole or not at all, also when two runs do it at once; without those of long gone inputs, 40 MB each. */
function keep(file: string, template: Uint8Array): void {
  mkdirSync(CACHE, { recursive: true })
  for (const old of readdirSync(CACHE).map((name) => join(CACHE, name))) {
    if (Date.now() - (statSync(old, { throwIfNoEntry: false })?.mtimeMs ?? 0) > ONE_DAY_MS) rmSync(old, { force: true })
  }
  const unfinished = `${file}.${process.pid}`
  writeFileSync(unfinished, template)
  renameSync(unfinished, file)
}
