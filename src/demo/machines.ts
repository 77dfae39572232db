import { placeOfMachine } from './demo-directory.js'
import type { DemoState } from './demo-directory.js'
import { Machine } from './machine.js'
import type { InstalledAgent, MachineOptions } from './machine.js'

/** The demo's machines, with their installed agents. */
const MACHINES = {
  laptop: { name: 'maria-mbp', agents: [claude('2.1.4', 'maria')] },
  build: { name: 'build-02', agents: [claude('2.1.9', 'office'), codex('office')] },
  attic: { name: 'attic-nuc', agents: [claude('2.0.9', 'office')] },
} as const

/** The office machine after it switches to another account in the afternoon. */
export const BUILD_WITH_NEW_ACCOUNT = [claude('2.1.9', 'office'), codex('office-2')] as const

export type MachineKey = keyof typeof MACHINES
export const MACHINE_NAMES = Object.values(MACHINES).map(({ name }) => name)

type Shared = Pick<MachineOptions, 'url' | 'paceMs' | 'onRan' | 'leaseSeconds'> & { directory: string }

export function machineOf(key: MachineKey, { machineTokens }: DemoState, { directory, ...shared }: Shared): Machine {
  const { name, agents } = MACHINES[key]
  const place = placeOfMachine(directory, name)
  return new Machine({ ...shared, name, token: machineTokens[name] ?? '', directory: place }, agents)
}

function claude(cliVersion: string, account: string): InstalledAgent {
  return { provider: 'claude', cliVersion, account }
}

function codex(account: string): InstalledAgent {
  return { provider: 'codex', cliVersion: '0.71.0', account }
}
