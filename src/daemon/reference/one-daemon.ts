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
  /** The directory of the daemon's own files, inside the work root. */
  own: string
  home: string
}

/**
 * Makes this process the only daemon in its work root, and this user's only daemon with its name. Two daemons would end each
 * other's agents and make the server fail each other's runs. The locks end with the process, however it ends.
 *
 * @throws DirectoryInUse with one sentence for the operator if another daemon runs, DirectoryUnfit if the directory is
 * unusable.
 */
export async function beTheOnlyDaemon({ url, daemonId, workRoot, own, home }: Wanted, log: Log): Promise<void> {
  try {
    mkdirSync(own, { recursive: true, mode: 0o700 })
    await lockDirectory(own, `Another daemon works in ${workRoot}. Stop it, or give this one another --workdir.`)
  } catch (error) {
    throw error instanceof DirectoryInUse ? error : unusable(workRoot, error)
  }
  const server = createHash('sha256').update(url).digest('hex').slice(0, 12)
  const name = join(home, '.baton', 'daemons', `${safeName(daemonId)}-${server}`)
  try {
    mkdirSync(name, { recursive: true, mode: 0o700 })
    await lockDirectory(
      name,
      `Another daemon on this machine has the id "${daemonId}" for ${url}. Stop it, or give this one another --daemon-id.`,
    )
  } catch (error) {
    if (error instanceof DirectoryInUse) throw error
    // The home directory is not writable, as in many containers.
    log('warn', 'A second daemon with the same name in another work directory will not be noticed.', {
      error: messageOf(error),
    })
  }
}

const WORK_DIRECTORY = { name: 'work directory', another: 'name another one with --workdir' }

/** Rewords the lock's error, which is about a data directory, for a work directory. */
function unusable(workRoot: string, error: unknown): unknown {
  const { code = '' } = (error instanceof DirectoryUnfit ? error.cause : error) as NodeJS.ErrnoException
  const problem = directoryProblem(workRoot, code, WORK_DIRECTORY)
  return problem === null ? error : new DirectoryUnfit(problem, { cause: error })
}
