import { isAbsolute, relative, resolve } from 'node:path'

/**
 * What an agent may do without asking. `read`: what its CLI allows by default, which is reading. `edit`: also change
 * files in the work directory. `all`: everything, including commands.
 */
export type Permissions = 'read' | 'edit' | 'all'

export const PERMISSIONS: readonly Permissions[] = ['read', 'edit', 'all']

/** Follows a message about a denial. */
export const CHANGED_BY = 'The daemon’s option --permissions edit or --permissions all allows more.'

/** The narrower of the two. An agent's config never widens the daemon's permissions. */
export function narrower(own: Permissions, asked: Permissions | null): Permissions {
  return asked !== null && PERMISSIONS.indexOf(asked) < PERMISSIONS.indexOf(own) ? asked : own
}

/** Claude Code's flags. Without any, `claude -p` denies what it would have to ask for. */
export function claudeFlags(permissions: Permissions): string[] {
  if (permissions === 'read') return ['--permission-mode=default']
  return [permissions === 'edit' ? '--permission-mode=acceptEdits' : '--permission-mode=bypassPermissions']
}

/** Codex's flags. Its sandbox restricts commands in the same way, so commands run under all three. */
export function codexFlags(permissions: Permissions): string[] {
  if (permissions === 'read') return ['--sandbox=read-only']
  return [permissions === 'edit' ? '--sandbox=workspace-write' : '--sandbox=danger-full-access']
}

/** An ACP agent's permission request. */
export interface PermissionRequest {
  /** The protocol's kind of tool; null if not reported. */
  kind: string | null
  /** The files that the request names. */
  paths: readonly string[]
}

/** Whether the tool may run. Under `edit`, a change must name its files, and all must be inside the work directory. */
export function allows(permissions: Permissions, { kind, paths }: PermissionRequest, workDir: string): boolean {
  if (permissions !== 'edit') return permissions === 'all'
  const changes = kind === 'edit' || kind === 'delete' || kind === 'move'
  return changes && paths.length > 0 && paths.every((path) => isInside(workDir, path))
}

/** The ACP agent's mode for the permissions. Agents with their own sandbox (Codex) never ask for what it forbids. */
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
