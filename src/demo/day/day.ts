import type { DayClock } from '../day-clock.js'
import type { Machine } from '../machine.js'
import type { Person } from '../people.js'

/** The people, machines and agents of the demo's day. */
export interface Day {
  clock: DayClock
  maria: Person
  jonas: Person
  machines: Readonly<Record<'laptop' | 'build' | 'attic', Machine>>
  /** Ids of the runtimes. */
  on: Readonly<Record<'laptop' | 'build' | 'codex' | 'attic', string>>
  /** Ids of the agents. */
  agents: Readonly<Record<AgentName, string>>
}

export type AgentName = 'Fixer' | 'Scribe' | 'Reviewer' | 'Migrator' | 'Auditor' | 'Housekeeper' | 'Night watch'
