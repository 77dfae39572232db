import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { finished, pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { readLines } from '../../machine/lines.js'

/** What a sealed conversation's files hold: its events, as `baton export` writes them, or the rows with its texts. */
export type ArchivePart = 'events' | 'texts'

const PARTS: readonly ArchivePart[] = ['events', 'texts']

/**
 * The directory with the files of sealed conversations. Several servers may have it in common. A file is there whole or not at
 * all, for its owner alone, and lasts before it is told to be there.
 */
export class ArchiveDirectory {
  constructor(readonly path: string) {}

  /** Where a file is. `file`: as {@link archiveName} makes it. */
  pathOf(file: string, part: ArchivePart): string {
    return join(this.path, `${file}.${part}.jsonl.gz`)
  }

  /** Writes the lines, compressed. Answers their digest: SHA-256 of the lines as they are, base64url. */
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

  /** The lines of a file. Rejects with ENOENT where there is none, and where it is not gzip's. */
  lines(file: string, part: ArchivePart): AsyncGenerator<string> {
    return readCompressed(this.pathOf(file, part))
  }

  /** null: there is no such file, or it cannot be read to its end. */
  digestOf(file: string, part: ArchivePart): Promise<string | null> {
    return digestOf(this.pathOf(file, part))
  }

  async remove(file: string, part: ArchivePart): Promise<void> {
    await rm(this.pathOf(file, part), { force: true })
  }

  /** Removes what else is there of a conversation than this file: of an earlier sealing, or of a server that was killed. */
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
    // A directory that is not in its parent for good loses its files with itself.
    for (let made = directory; first !== undefined && made.length >= first.length; made = dirname(made)) {
      await sync(dirname(made))
    }
  }
}

/** The name of a conversation's files, without what tells them apart. The folders keep directories small. */
export function archiveName(workspaceId: string, conversationId: string, throughVersion: number): string {
  return `${workspaceId}/${conversationId.slice(-2)}/${conversationId}-${throughVersion}`
}

/** The lines of a file, whether it is compressed by gzip, as its name says, or not. */
export function readCompressed(path: string): AsyncGenerator<string> {
  return readLines(path.endsWith('.gz') ? gunzipped(path) : createReadStream(path))
}

async function* gunzipped(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path)
  const gunzip = createGunzip()
  // pipeline passes on what goes wrong with either.
  const done = pipeline(file, gunzip)
  done.catch(() => undefined)
  yield* gunzip as AsyncIterable<Buffer>
  await done
}

/** Of a file's lines; null: there is no such file, or it cannot be read to its end. */
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

/** A file, or the names in a directory, last from now on. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
