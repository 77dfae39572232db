import { open, readdir, readFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * A file or folder of a database. A file has exactly `size` bytes; read them before the next entry. A folder's `content` is
 * null.
 */
export interface CopiedFile {
  path: string
  size: number
  content: AsyncIterable<Buffer> | null
}

/** The database was started, stopped or checkpointed during the copy. The copy is useless; another attempt may succeed. */
export class Disturbed extends Error {}

/** The database cannot be copied by its files alone. */
export class Uncopyable extends Error {}

const CONTROL = 'global/pg_control'
const WAL = 'pg_wal'
/** PostgreSQL recreates the content of these folders at each start. */
const EMPTIED = ['pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial', 'pg_snapshots', 'pg_stat_tmp', 'pg_subtrans']
const LEFT_OUT = /^(?:postmaster\.(?:pid|opts)|pg_internal\.init.*|pgsql_tmp.*)$/
const CHUNK_BYTES = 1 << 20

/**
 * Yields all files that a restore of the embedded database at `path` needs, without blocking a server that writes to it. It
 * works like PostgreSQL's own online backup: data files first, each at any moment, then the write-ahead log. No page
 * reaches its file before its change is in the log, and the first change after a checkpoint logs the whole page
 * (full_page_writes). So replaying the log from the last checkpoint restores every page to its state at the time of reading
 * the log, even a page that was read while it was being written. That checkpoint, which global/pg_control names, must not
 * change during the copy.
 *
 * The newest log segment is read first: a segment is complete before the next one starts, so the copied log has no gap.
 *
 * @throws Disturbed, Uncopyable
 */
export async function* copiedFiles(path: string): AsyncGenerator<CopiedFile> {
  const control = await readFile(join(path, CONTROL))
  const [folders, files] = await listed(path, '')
  for (const folder of folders) yield { path: folder, size: 0, content: null }
  for (const file of files) {
    if (file !== CONTROL && !file.startsWith(`${WAL}/`)) yield* copied(path, file)
  }
  yield { path: CONTROL, size: control.length, content: only(control) }
  const [, segments] = await listed(path, WAL)
  for (const file of segments.sort().reverse()) yield* copied(path, file)
  if (!control.equals(await readFile(join(path, CONTROL)))) throw new Disturbed()
}

async function* only(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

/** Folders and files below `folder`, as paths relative to `path`. */
async function listed(path: string, folder: string): Promise<[folders: string[], files: string[]]> {
  const [folders, files]: [string[], string[]] = [[], []]
  for (const entry of await readdir(join(path, folder), { withFileTypes: true })) {
    const place = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (LEFT_OUT.test(entry.name)) continue
    if (entry.isDirectory()) {
      folders.push(place)
      if (EMPTIED.includes(place)) continue
      const [inner, innerFiles] = await listed(path, place)
      folders.push(...inner)
      files.push(...innerFiles)
    } else if (entry.isFile()) files.push(place)
    else throw new Uncopyable(`${join(path, place)} is neither a file nor a folder. Replace it with what it points to.`)
  }
  return [folders, files]
}

/** Yields nothing for a file that was deleted in the meantime: the log has the deletion too. */
async function* copied(path: string, file: string): AsyncGenerator<CopiedFile> {
  let handle: FileHandle
  try {
    handle = await open(join(path, file), 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  try {
    const { size } = await handle.stat()
    yield { path: file, size, content: bytesOf(handle, size) }
  } finally {
    await handle.close()
  }
}

/** Cuts a file that has grown, and pads one that has shrunk. Replaying the log corrects both. */
async function* bytesOf(handle: FileHandle, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < size;) {
    const wanted = Math.min(CHUNK_BYTES, size - at)
    const chunk = Buffer.alloc(wanted)
    const { bytesRead } = await handle.read(chunk, 0, wanted, at)
    const taken = bytesRead === 0 ? chunk : chunk.subarray(0, bytesRead)
    yield taken
    at += taken.length
  }
}
