import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Report } from './report.js'

/** Reports that the server has not answered yet, in the order they were put. */
export interface Outbox {
  waiting(): readonly Report[]
  /** Resolves when the report would survive a power cut. */
  put(report: Report): Promise<void>
  remove(report: Report): Promise<void>
  /** Keeps a report that the server does not take, for a person to read; returns the path of its file. */
  setAside(report: Report): Promise<string>
}

const FORMAT = 1
/** A megabyte or two each. The oldest goes first. */
const MOST_SET_ASIDE = 100

/**
 * The outbox in a file of its own: JSON, for its owner only, because it holds claim tokens and outputs. Each change
 * replaces the file whole (write, fsync, rename), so that a crash leaves the old one or the new one.
 * Not for two processes at once. Throws when the file cannot be read as an outbox, and leaves it as it is.
 */
export async function openOutbox(file: string): Promise<Outbox> {
  let waiting = await read(file)
  let writing = Promise.resolve()
  const save = async () => {
    // One after the other: of two writes at the same time, the older state could be the one that stays.
    const written = writing.then(() => write(file, waiting))
    writing = written.catch(() => undefined)
    await written
  }
  return {
    waiting: () => waiting,
    put: async (report) => {
      waiting = [...waiting, report]
      await save()
    },
    remove: async (report) => {
      waiting = waiting.filter((one) => one !== report)
      await save()
    },
    setAside: async (report) => {
      const directory = `${file}.undelivered`
      const own = join(directory, `${report.input.taskId.replaceAll(/\W/g, '_').slice(0, 100)}.json`)
      await replace(own, JSON.stringify(report))
      await removeOldest(directory)
      return own
    },
  }
}

async function removeOldest(directory: string): Promise<void> {
  const names = await readdir(directory)
  if (names.length <= MOST_SET_ASIDE) return
  const ages = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(directory, name))).mtimeMs })))
  const old = ages.toSorted((one, other) => other.at - one.at).slice(MOST_SET_ASIDE)
  for (const { name } of old) await rm(join(directory, name), { force: true })
}

async function read(file: string): Promise<Report[]> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
  const content = parse(text)
  if (content?.format === FORMAT && Array.isArray(content.reports)) return content.reports as Report[]
  throw new Error(
    `${file} is no outbox of this version. It may hold finished runs: move it away to go on without them.`,
  )
}

function parse(text: string): { format?: unknown; reports?: unknown } | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

function write(file: string, reports: readonly Report[]): Promise<void> {
  return replace(file, JSON.stringify({ format: FORMAT, reports }))
}

async function replace(file: string, content: string): Promise<void> {
  const directory = dirname(file)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const unfinished = `${file}.${process.pid}`
  const handle = await open(unfinished, 'w', 0o600)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(unfinished, file)
  await syncDirectory(directory)
}

/** The rename itself is on disk only when the directory is. Windows has no such call and needs none. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
