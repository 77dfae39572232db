import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { finished, pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { readLines } from '../../machine/lines.js'

/** The files of a sealed conversation: its events, as `baton export` writes them, or the rows with its texts. */
export type ArchivePart = 'events' | 'texts'

const PARTS: readonly ArchivePart[] = ['events', 'texts']

/**
 * The directory with the files of sealed conversations. Several servers may share it. A file appears only when it is
 * complete and synced to disk, and only its owner may read it.
 */
export class ArchiveDirectory {
  constructor(readonly path: string) {}

  /** The path of a file. `file` is a name from {@link archiveName}. */
  pathOf(file: string, part: ArchivePart): string {
    return join(this.path, `${file}.${part}.jsonl.gz`)
  }

  /** Writes the lines, compressed. Returns the SHA-256 of the uncompressed lines, base64url. */
  async write(file: string, part: ArchivePart, lines: AsyncIterable<string>): Promise<string> {
    const path = this.pathOf(file, part)
    const directory = dirname(path)
    await this.makeDirectory(directory)
    const unfinished = join(directory, `.${basename(path)}.${randomBytes(6).toString('hex')}`)
    try {
      const digest = await writeCompressed(unfinished, lines)
      await sync(unfinished)
      await rename(unfinished, path)
      await sync(directory)
      return digest
    } catch (error) {
      await rm(unfinished, { force: true })
      throw error
    }
  }

  /** The lines of a file. Rejects with ENOENT if the file is missing, and if it is not gzip. */
  lines(file: string, part: ArchivePart): AsyncGenerator<string> {
    return readCompressed(this.pathOf(file, part))
  }

  /** The digest of a file's lines; null if the file is missing or cannot be read to its end. */
  digestOf(file: string, part: ArchivePart): Promise<string | null> {
    return digestOf(this.pathOf(file, part))
  }

  async remove(file: string, part: ArchivePart): Promise<void> {
    await rm(this.pathOf(file, part), { force: true })
  }

  /** Removes the conversation's other files, left by an earlier sealing or by a server that was killed. */
  async removeOthers(file: string): Promise<void> {
    const directory = dirname(join(this.path, file))
    const own = PARTS.map((part) => this.pathOf(file, part))
    const stem = basename(file).replace(/-\d+$/, '-')
    for (const name of await readdir(directory)) {
      const path = join(directory, name)
      const isOfIt = name.startsWith(stem) || name.startsWith(`.${stem}`)
      if (isOfIt && !own.includes(path)) await rm(path, { force: true })
    }
  }

  private async makeDirectory(directory: string): Promise<void> {
    const first = await mkdir(directory, { recursive: true, mode: 0o700 })
    // A new directory must be synced into its parent, or a power failure may lose it with its files.
    for (let made = directory; first !== undefined && made.length >= first.length; made = dirname(made)) {
      await sync(dirname(made))
    }
  }
}

/** The common name of a conversation's files, without part and extension. The subfolders keep directories small. */
export function archiveName(workspaceId: string, conversationId: string, throughVersion: number): string {
  return `${workspaceId}/${conversationId.slice(-2)}/${conversationId}-${throughVersion}`
}

/** The lines of a file; a name that ends in `.gz` means gzip. */
export function readCompressed(path: string): AsyncGenerator<string> {
  return readLines(path.endsWith('.gz') ? gunzipped(path) : createReadStream(path))
}

async function* gunzipped(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path)
  const gunzip = createGunzip()
  // pipeline passes errors of either stream on.
  const done = pipeline(file, gunzip)
  done.catch(() => undefined)
  yield* gunzip as AsyncIterable<Buffer>
  await done
}

/** The digest of a file's lines; null if the file is missing or cannot be read to its end. */
export async function digestOf(path: string): Promise<string | null> {
  const hash = createHash('sha256')
  try {
    for await (const line of readCompressed(path)) hash.update(`${line}\n`)
  } catch {
    return null
  }
  return hash.digest('base64url')
}

async function writeCompressed(path: string, lines: AsyncIterable<string>): Promise<string> {
  const hash = createHash('sha256')
  const gzip = createGzip()
  const done = Promise.all([pipeline(gzip, createWriteStream(path, { flags: 'wx', mode: 0o600 })), finished(gzip)])
  done.catch(() => undefined)
  for await (const line of lines) {
    const text = `${line}\n`
    hash.update(text)
    if (!gzip.write(text)) await Promise.race([once(gzip, 'drain'), done])
  }
  gzip.end()
  await done
  return hash.digest('base64url')
}

/** Syncs a file, or the names in a directory, to disk. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
