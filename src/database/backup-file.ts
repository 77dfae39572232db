import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import type { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { extract, pack } from 'tar-stream'
import type { Entry } from 'tar-stream'
import { copiedFiles } from './copied-files.js'
import { freeBytes } from './embedded-directory.js'

/** The first entry describes the rest. */
const MANIFEST = 'baton-backup.json'
const FORMAT = 1
/** The most that a tar adds to the content of its entries: headers, and the padding of the last one. */
const MOST_BESIDES = 1 << 20
const HEADER_BYTES = 1024

/** A backup's description of itself. */
export interface Manifest {
  format: number
  /** The version of the build that made it. */
  version: string
  takenAt: string
}

/** The file was not written by `baton backup`, or was changed since. */
export class NoBackup extends Error {}

/**
 * Writes the embedded database in `directory` as a compressed tar, which unpacks to a data directory.
 *
 * @returns the number of bytes read @throws Disturbed, Uncopyable
 */
export async function writeBackup(
  directory: string,
  said: Omit<Manifest, 'format'>,
  out: Writable,
  progress: (bytes: number) => void,
): Promise<number> {
  const tar = pack()
  // The fastest level: pages compress well at any level, and a backup beside a busy server shares its processors.
  const written = pipeline(tar, createGzip({ level: 1 }), out, { end: false })
  let bytes = 0
  const fill = async (): Promise<void> => {
    tar.entry({ name: MANIFEST, mode: 0o600 }, JSON.stringify({ format: FORMAT, ...said }))
    tar.entry({ name: 'database', type: 'directory', mode: 0o700 })
    for await (const { path, size, content } of copiedFiles(join(directory, 'database'))) {
      const name = `database/${path}`
      if (content === null) tar.entry({ name, type: 'directory', mode: 0o700 })
      else await pipeline(content, tar.entry({ name, size, mode: 0o600 }))
      bytes += size
      progress(bytes)
    }
    tar.finalize()
  }
  const filled = fill().catch((error: unknown) => {
    tar.destroy(error as Error)
    throw error
  })
  await Promise.all([filled, written])
  return bytes
}

/**
 * Unpacks a backup into `directory`, which must exist and be empty.
 *
 * @throws NoBackup, also if the file ends too early; the system's error (ENOSPC) if the disk becomes full
 */
export async function readBackup(
  file: string,
  directory: string,
  progress: (bytes: number) => void,
): Promise<Manifest> {
  const tar = extract()
  let [allowed, seen] = [MOST_BESIDES, 0]
  // A header may claim any length and is buffered until it is complete, so its bytes are limited here.
  const metered = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length
      done(
        seen > allowed ? new NoBackup(`${file} was not written by baton backup: a header in it is too long.`) : null,
        chunk,
      )
    },
  })
  const read = pipeline(createReadStream(file), createGunzip(), metered, tar)
  read.catch(() => undefined)
  let manifest: Manifest | null = null
  let bytes = 0
  try {
    for await (const entry of tar) {
      const { name, size = 0 } = entry.header
      if (manifest === null) {
        if (name !== MANIFEST || !(size <= MOST_BESIDES)) throw new NoBackup(`${file} was not written by baton backup.`)
        manifest = manifestOf(file, await text(entry))
      } else if (isOwn(entry)) {
        allowed += size + HEADER_BYTES
        if (size > freeBytes(directory)) throw Object.assign(new Error('No room'), { code: 'ENOSPC' })
        await unpack(entry, join(directory, name))
        progress((bytes += size))
      } else throw new NoBackup(`${file} was not written by baton backup: it contains ${JSON.stringify(name)}.`)
    }
    await read
  } catch (error) {
    throw isOfContent(error) ? new NoBackup(`${file} is not a whole backup (${(error as Error).message}).`) : error
  }
  if (manifest === null) throw new NoBackup(`${file} was not written by baton backup: it is empty.`)
  return manifest
}

/** Accepts files and folders of the database, and no path that leaves the directory. */
function isOwn({ header: { name, type, size } }: Entry): boolean {
  const parts = name.replace(/\/$/, '').split('/')
  return (
    (type === 'file' || type === 'directory') &&
    Number.isSafeInteger(size) &&
    parts[0] === 'database' &&
    parts.every((part) => /^[\w.-]+$/.test(part) && part !== '.' && part !== '..')
  )
}

function manifestOf(file: string, text: string): Manifest {
  const manifest = JSON.parse(text) as Manifest
  if (manifest.format === FORMAT) return manifest
  throw new NoBackup(
    `${file} was written by Baton ${manifest.version}, in another format: restore it with that version.`,
  )
}

/** Errors of zlib, tar-stream and JSON about damaged content. EEXIST means that the tar has a name twice. */
function isOfContent(error: unknown): boolean {
  if (error instanceof NoBackup || !(error instanceof Error)) return false
  const { code } = error as NodeJS.ErrnoException
  return (
    code === undefined ||
    code.startsWith('Z_') ||
    ['ERR_STREAM_PREMATURE_CLOSE', 'EEXIST', 'EISDIR', 'ENOTDIR', 'ENAMETOOLONG'].includes(code)
  )
}

/** Files are not synced, because the embedded database does not sync its files either. */
async function unpack(entry: Entry, place: string): Promise<void> {
  if (entry.header.type === 'directory') {
    entry.resume()
    await mkdir(place, { recursive: true, mode: 0o700 })
    return
  }
  await mkdir(dirname(place), { recursive: true, mode: 0o700 })
  await pipeline(entry, createWriteStream(place, { flags: 'wx', mode: 0o600 }))
}
