import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DirectoryInUse, lockDirectory } from '../../machine/directory-lock.js'
import { DirectoryUnfit, directoryProblem } from '../../machine/directory-unfit.js'
import { messageOf } from '../client/log.js'
import type { Log } from '../client/log.js'
import { safeName } from './work-directories.js'

interface Wanted {
  url: string
  daemonId: string
  workRoot: string
  /** Where the daemon's own files are, inside of the work root. */
  own: string
  home: string
}

/**
 * Makes this process the only daemon in its work root, and the only one of this user that goes by its name: two would
 * end each other's agents and have the server fail each other's runs. Held until the process ends, in whatever way.
 *
 * @throws DirectoryInUse with one sentence for whoever started the second one, DirectoryUnfit where it cannot work there.
 */
export async function beTheOnlyDaemon({ url, daemonId, workRoot, own, home }: Wanted, log: Log): Promise<void> {
  try {
    mkdirSync(own, { recursive: true, mode: 0o700 })
    await lockDirectory(own, `Another daemon works in ${workRoot}: stop it, or give this one a --workdir of its own.`)
  } catch (error) {
    throw error instanceof DirectoryInUse ? error : unusable(workRoot, error)
  }
  const server = createHash('sha256').update(url).digest('hex').slice(0, 12)
  const name = join(home, '.baton', 'daemons', `${safeName(daemonId)}-${server}`)
  try {
    mkdirSync(name, { recursive: true, mode: 0o700 })
    await lockDirectory(
      name,
      `Another daemon on this machine is "${daemonId}" for ${url}: stop it, or give this one a --daemon-id of its own.`,
    )
  } catch (error) {
    if (error instanceof DirectoryInUse) throw error
    // A home that cannot be written to, as in many containers.
    log('warn', 'A second daemon of the same name in another work directory would go unnoticed.', {
      error: messageOf(error),
    })
  }
}

const WORK_DIRECTORY = { name: 'work directory', another: 'name another one with --workdir' }

/** The lock says it of a data directory, and with the system's own error as its cause. */
function unusable(workRoot: string, error: unknown): unknown {
  const { code = '' } = (error instanceof DirectoryUnfit ? error.cause : error) as NodeJS.ErrnoException
  const problem = directoryProblem(workRoot, code, WORK_DIRECTORY)
  return problem === null ? error : new DirectoryUnfit(problem, { cause: error })
}
