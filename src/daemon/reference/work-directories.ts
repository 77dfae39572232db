import { createHash } from 'node:crypto'
import { mkdir, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'

export interface Place {
  /** Absolute, without symbolic links. */
  workDir: string
  /** It is the very directory that the server offered, so a session that belongs to that one belongs here. */
  asOffered: boolean
}

interface Asked {
  conversationId: string
  taskId: string
  /** The directory the server offers; null: none. */
  offered: string | null
  /** A new directory, although the conversation has one. */
  fresh: boolean
}

/**
 * Where a task runs. The offered directory counts only inside of `root`, and only if it is there: a server, or whoever
 * wrote its history, does not choose where on this machine an agent works.
 */
export async function placeOf(root: string, { conversationId, taskId, offered, fresh }: Asked): Promise<Place> {
  await mkdir(root, { recursive: true })
  const inside = `${await realpath(root)}${sep}`
  const known = fresh || offered === null ? null : await realOrNull(offered)
  if (known !== null && known.startsWith(inside)) return { workDir: known, asOffered: true }
  const name = safeName(conversationId)
  const workDir = join(inside, fresh ? `${name}-${safeName(taskId)}` : name)
  await mkdir(workDir, { recursive: true })
  return { workDir: await realpath(workDir), asOffered: false }
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
