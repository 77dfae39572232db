import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'

export interface SystemUser {
  name: string
  uid: number
  gid: number
}

/** Users that Linux systems bring along, and that own nothing of value. */
const CANDIDATES = ['postgres', 'nobody']

/**
 * PostgreSQL refuses to run as root, and looks its user up by number: so one that exists must be borrowed.
 * Undefined when this process is not root and can run PostgreSQL itself.
 */
export function unprivilegedUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = readFileSync('/etc/passwd', 'utf8').split('\n').map(parseUser)
  for (const candidate of CANDIDATES) {
    const user = users.find(({ name }) => name === candidate)
    if (user !== undefined) return user
  }
  throw new Error(
    `PostgreSQL does not run as root, and /etc/passwd has no user ${CANDIDATES.join(' or ')} to run it as.`,
  )
}

function parseUser(line: string): SystemUser {
  const [name = '', , uid, gid] = line.split(':')
  return { name, uid: Number(uid), gid: Number(gid) }
}

/** A directory for temporary files that `user` can reach: root's own may be behind a private home. */
export function temporaryRoot(user: SystemUser | undefined): string {
  const candidates = [tmpdir(), '/tmp', '/var/tmp']
  const found = candidates.find((directory) =>
    user === undefined ? isWritable(directory) : everybodyReaches(directory),
  )
  if (found === undefined) throw new Error(`None of ${candidates.join(', ')} can be used for temporary files.`)
  return found
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

function everybodyReaches(directory: string): boolean {
  const mode = statSync(directory, { throwIfNoEntry: false })?.mode ?? 0
  if ((mode & constants.S_IXOTH) === 0) return false
  const parent = dirname(directory)
  return parent === directory || everybodyReaches(parent)
}
