import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { freeBytes } from '../../database/embedded-directory.js'
import type { Check } from './check.js'
import { megabytes, ok, problem } from './check.js'

/** Checks that sealed conversations can be written to the archive directory, which a server creates if it is missing. */
export function checkArchive(directory: string): Check {
  let there = resolve(directory)
  while (!existsSync(there)) there = dirname(there)
  try {
    if (!statSync(there).isDirectory()) throw new Error('it is not a directory')
    accessSync(there, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const found = `Sealed conversations cannot be written to ${directory} (${(error as Error).message}).`
    return problem('archive', `${found} Let this user write there, or name another directory with BATON_ARCHIVE_DIR.`)
  }
  return ok('archive', `Sealed conversations go to ${directory}; its disk has ${megabytes(freeBytes(there))} left.`)
}
