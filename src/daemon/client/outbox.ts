import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Report } from './report.js'

/** Reports that the server has not answered yet, in order. */
export interface Outbox {
  waiting(): readonly Report[]
  /** Resolves when the report survives a power cut. */
  put(report: Report): Promise<void>
  remove(report: Report): Promise<void>
  /** Stores a report that the server does not accept, for a person to read; returns the file's path. */
  setAside(report: Report): Promise<string>
}

const FORMAT = 1
/** Each takes one or two megabytes. The oldest are removed first. */
const MOST_SET_ASIDE = 100

/**
 * Opens the outbox: a JSON file that only its owner can read, because it holds claim tokens and outputs. Each change
 * replaces the whole file (write, fsync, rename), so that a crash leaves the old or the new version. Only one process
 * may use it. Throws if the file is not an outbox, and leaves the file as it is.
 */
export async function openOutbox(file: string): Promise<Outbox> {
  let waiting = await read(file)
  let writing = Promise.resolve()
  const save = async () => {
    // Writes run one after the other: of two concurrent writes, the older state could win.
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
    `${file} is not an outbox of this version. It may hold finished runs. Move it away to continue without them.`,
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

/** A rename is durable only once the directory is synced. Windows has no such call and needs none. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
