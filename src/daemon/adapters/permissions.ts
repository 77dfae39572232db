import { isAbsolute, relative, resolve } from 'node:path'

/**
 * What an agent may do without asking anybody. `read`: what its CLI allows by itself, which is reading. `edit`: also
 * change files in the work directory. `all`: everything, also commands.
 */
export type Permissions = 'read' | 'edit' | 'all'

export const PERMISSIONS: readonly Permissions[] = ['read', 'edit', 'all']

/** The option that changes it, for whoever reads that something was denied. */
export const CHANGED_BY = 'The daemon’s option --permissions edit or --permissions all allows more.'

/** The narrower of the two: an agent's config never widens what the daemon allows. */
export function narrower(own: Permissions, asked: Permissions | null): Permissions {
  return asked !== null && PERMISSIONS.indexOf(asked) < PERMISSIONS.indexOf(own) ? asked : own
}

/** Claude Code's flags. Without any, `claude -p` denies what it would have to ask for. */
export function claudeFlags(permissions: Permissions): string[] {
  if (permissions === 'read') return ['--permission-mode=default']
  return [permissions === 'edit' ? '--permission-mode=acceptEdits' : '--permission-mode=bypassPermissions']
}

/** Codex's flags. Its sandbox holds commands to the same rule, so that these run in all three. */
export function codexFlags(permissions: Permissions): string[] {
  if (permissions === 'read') return ['--sandbox=read-only']
  return [permissions === 'edit' ? '--sandbox=workspace-write' : '--sandbox=danger-full-access']
}

/** What an ACP agent asks for. */
export interface Asked {
  /** The protocol's kind of tool; null: not told. */
  kind: string | null
  /** The files it names. */
  paths: readonly string[]
}

/** Whether a tool that asks may run. A change of files has to name them, all inside of the work directory. */
export function allows(permissions: Permissions, { kind, paths }: Asked, workDir: string): boolean {
  if (permissions !== 'edit') return permissions === 'all'
  const changes = kind === 'edit' || kind === 'delete' || kind === 'move'
  return changes && paths.length > 0 && paths.every((path) => isInside(workDir, path))
}

/** The mode of an ACP agent that fits: agents with a sandbox of their own (Codex) ask for nothing that it forbids. */
export function modeFor(permissions: Permissions, available: readonly string[]): string | null {
  const names = {
    read: ['read-only', 'default'],
    edit: available.includes('read-only') ? ['auto'] : ['default'],
    all: available.includes('read-only') ? ['full-access'] : ['default'],
  }[permissions]
  return names.find((name) => available.includes(name)) ?? null
}

function isInside(directory: string, path: string): boolean {
  const way = relative(directory, resolve(directory, path))
  return way !== '..' && !way.startsWith('../') && !isAbsolute(way)
}
