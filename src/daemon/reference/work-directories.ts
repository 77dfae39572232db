import { createHash } from 'node:crypto'
import { access, mkdir, realpath, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'

export interface Place {
  /** Absolute, without symbolic links. */
  workDir: string
  /** It is the very directory that the server offered, so a session that belongs to that one belongs here. */
  asOffered: boolean
  /** Why the offered directory is not used; null: it is, or none was offered. GONE: it is not there, or not whole. */
  declined: 'GONE' | 'OUTSIDE' | null
  /** Where it is still to be filled: the file that says so, which is removed then. */
  unfilled?: string
}

interface Asked {
  conversationId: string
  taskId: string
  /** The directory the server offers; null: none. */
  offered: string | null
  /** A new directory, although the conversation has one. */
  fresh: boolean
  /** New directories are filled before they are used. */
  fills?: boolean
  /** Directories outside of the root whose contents may be offered too, such as those of a daemon that this one replaces. */
  adopts?: readonly string[]
}

/**
 * Where a task runs. The offered directory counts only inside of `root`, or of what the operator adopts, and only if it is there:
 * a server, or whoever wrote its history, does not choose where on this machine an agent works. One whose filling was broken off
 * is made anew.
 */
export async function placeOf(
  root: string,
  { conversationId, taskId, offered, fresh, fills = false, adopts = [] }: Asked,
): Promise<Place> {
  await mkdir(root, { recursive: true })
  const inside = `${await realpath(root)}${sep}`
  const markOf = (workDir: string) => join(inside, '.baton', 'unfilled', basename(workDir))
  const known = fresh || offered === null ? null : await realOrNull(offered)
  const isHere = known !== null && known.startsWith(inside)
  const isAdopted = known !== null && !isHere && (await isWithin(known, adopts))
  if (isAdopted || (isHere && !(fills && (await isThere(markOf(known)))))) {
    return { workDir: known, asOffered: true, declined: null }
  }
  const declined = offered === null || fresh ? null : known === null || isHere ? 'GONE' : 'OUTSIDE'
  const name = safeName(conversationId)
  const workDir = isHere ? known : join(inside, fresh ? `${name}-${safeName(taskId)}` : name)
  const unfilled = markOf(workDir)
  if (fills && (await isThere(unfilled))) await rm(workDir, { recursive: true, force: true })
  const toFill = fills && !(await isThere(workDir))
  if (toFill) {
    // Before the directory: a daemon that is killed in between has not filled it either.
    await mkdir(dirname(unfilled), { recursive: true, mode: 0o700 })
    await writeFile(unfilled, '')
  }
  await mkdir(workDir, { recursive: true })
  return { workDir: await realpath(workDir), asOffered: false, declined, ...(toFill && { unfilled }) }
}

async function isWithin(path: string, directories: readonly string[]): Promise<boolean> {
  const real = await Promise.all(directories.map(realOrNull))
  return real.some((one) => one !== null && (path === one || path.startsWith(one === sep ? one : `${one}${sep}`)))
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** Ids are letters, digits and underscores: they stay readable. Anything else also gets a hash, so that no two meet. */
export function safeName(id: string): string {
  if (/^\w{1,100}$/.test(id)) return id
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 16)
  return `${id.replaceAll(/[^A-Za-z0-9_]/g, '_').slice(0, 60)}_${hash}`
}

async function realOrNull(path: string): Promise<string | null> {
  try {
    return await realpath(path)
  } catch {
    return null
  }
}
