import type { FleetPlan } from './target/plan-fleet.js'
import type { SessionVerdict } from './translate/session-verdicts.js'

/** A machine of the source, with the settings that its daemon needs here to resume its sessions. */
export interface Machine {
  daemonId: string
  providers: string[]
  /** The smallest set of directories that contain all work directories of its sessions. */
  adopts: string[]
  /** The number of imported sessions that can be resumed on it. */
  sessions: number
}

export function machinesOf({ machines }: Pick<FleetPlan, 'machines'>): Map<string, Machine> {
  const byDaemon = new Map<string, Machine>()
  const byRuntime = new Map<string, Machine>()
  for (const { runtimeId, daemonId, provider } of machines) {
    const machine = byDaemon.get(daemonId) ?? { daemonId, providers: [], adopts: [], sessions: 0 }
    if (!machine.providers.includes(provider)) machine.providers.push(provider)
    byDaemon.set(daemonId, machine)
    byRuntime.set(runtimeId, machine)
  }
  return byRuntime
}

/** Adds the sessions of one more conversation. */
export function takeSessions(machines: ReadonlyMap<string, Machine>, sessions: readonly SessionVerdict[]): void {
  for (const { state, runtimeId, workDir } of sessions) {
    const machine = machines.get(runtimeId ?? '')
    if (machine === undefined || state !== 'RESUMABLE') continue
    machine.sessions += 1
    if (workDir !== null) takeDirectory(machine.adopts, workDir)
  }
}

/** The command that starts a daemon for the machine's sessions. */
export function commandOf({ daemonId, adopts }: Machine): string {
  const options = adopts.map((directory) => ` --adopt ${quoted(directory)}`).join('')
  return `baton daemon --url URL --daemon-id ${quoted(daemonId)} --workdir DIRECTORY${options}`
}

function takeDirectory(adopts: string[], workDir: string): void {
  const parent = parentOf(workDir)
  const at = adopts.findIndex((one) => shared(one, workDir) !== '')
  if (at >= 0) adopts[at] = shared(adopts[at] ?? '', workDir)
  else if (parent !== '') adopts.push(parent)
}

const SEPARATOR = /[/\\]/

function parentOf(path: string): string {
  return path.replace(/[/\\]+[^/\\]*$/, '')
}

/** The nearest common directory of both paths. */
function shared(directory: string, path: string): string {
  const [one, other] = [directory.split(SEPARATOR), parentOf(path).split(SEPARATOR)]
  const end = one.findIndex((part, index) => part !== other[index])
  return end < 0 ? directory : directory.slice(0, one.slice(0, end).join('/').length)
}

/** Quotes a text for a shell if necessary. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
