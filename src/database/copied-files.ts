import { open, readdir, readFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

/** A file or folder of a database, with exactly `size` bytes; a folder has `content` null. Read it before the next one. */
export interface CopiedFile {
  path: string
  size: number
  content: AsyncIterable<Buffer> | null
}

/** The database was started, stopped or checkpointed meanwhile: what was read is of no use, and reading again may be. */
export class Disturbed extends Error {}

/** What a copy by files alone cannot be made of. */
export class Uncopyable extends Error {}

const CONTROL = 'global/pg_control'
const WAL = 'pg_wal'
/** PostgreSQL makes what is in them anew with each start. */
const EMPTIED = ['pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial', 'pg_snapshots', 'pg_stat_tmp', 'pg_subtrans']
const LEFT_OUT = /^(?:postmaster\.(?:pid|opts)|pg_internal\.init.*|pgsql_tmp.*)$/
const CHUNK_BYTES = 1 << 20

/**
 * All that a restore of the embedded database at `path` needs, while a server may be writing to it, and without keeping it
 * waiting. As PostgreSQL's own online backup: data files first, at whatever moment each is read, then the write-ahead log.
 * No page reaches its file before its change is in the log, and the first change after a checkpoint puts the whole page
 * there (full_page_writes). So the log, from the last checkpoint on, makes every page what it was when the log was read,
 * also one that was read while it was written. That checkpoint must be the same all the while, and global/pg_control names
 * it.
 *
 * The newest segment of the log is read first: a segment has all of its records before the next one has any, so what is
 * read has no gap.
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

/** Folders and files below `folder`, as paths from `path`. */
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
    else throw new Uncopyable(`${join(path, place)} is neither a file nor a folder. Put what it leads to in its place.`)
  }
  return [folders, files]
}

/** None where it has gone meanwhile: that is in the log as well. */
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

/** Cut where the file has grown, and filled up where it was cut: the log puts both right. */
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
