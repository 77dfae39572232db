import { createHash } from 'node:crypto'
import { access, mkdir, realpath, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'

export interface WorkDirectory {
  /** Absolute, without symbolic links. */
  workDir: string
  /** `workDir` is the offered directory, so its session can be resumed there. */
  asOffered: boolean
  /**
   * Why the offered directory is not used; null if it is, or if none was offered. GONE: it does not exist, or is not
   * filled.
   */
  declined: 'GONE' | 'OUTSIDE' | null
  /** Set if the directory must be filled: the file that marks it, which is removed afterwards. */
  unfilled?: string
}

interface WorkDirectoryRequest {
  conversationId: string
  taskId: string
  /** The directory that the server offers; null if none. */
  offered: string | null
  /** Asks for a new directory even if the conversation has one. */
  fresh: boolean
  /** New directories are filled before use. */
  fills?: boolean
  /** Directories outside the root that the server may offer directories of, such as those of a replaced daemon. */
  adopts?: readonly string[]
}

/**
 * The directory in which a task runs. The offered directory is used only if it exists inside `root` or inside an adopted
 * directory: a server must not choose where on this machine an agent works. A directory that was not filled completely is
 * emptied and filled again.
 */
export async function placeOf(
  root: string,
  { conversationId, taskId, offered, fresh, fills = false, adopts = [] }: WorkDirectoryRequest,
): Promise<WorkDirectory> {
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
    // The mark comes before the directory, so that a daemon that is killed in between leaves no unfilled directory unmarked.
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

/**
 * A file name for an id. Ids of letters, digits and underscores stay as they are; others get a hash, so that no two
 * collide.
 */
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
