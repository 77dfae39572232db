import type { SourceAgent, SourceRuntime, SourceWorkspace } from '../source/source-rows.js'
import { configOf } from '../translate/agent-config.js'
import { clampTimes } from '../translate/clamp-times.js'
import { dateOf } from '../translate/names.js'
import type { Names } from '../translate/names.js'
import type { ImportedId } from './imported-rows.js'

/** A runtime to write. */
interface NewRuntime {
  id: string
  daemonId: string
  provider: string
  name: string
  metadata: unknown
  lastSeenAt: Date | null
  createdAt: Date
}

interface NewAgent {
  id: string
  name: string
  runtimeId: string
  maxConcurrentTasks: number
  config: unknown
  archivedAt: Date | null
  createdAt: Date
}

/** What the target already has. */
export interface KnownFleet {
  /** Keyed by the source's ids. */
  runtimes: ReadonlyMap<string, string>
  agents: ReadonlyMap<string, string>
  /** All runtimes of the target, registered by anybody. */
  registered: readonly { id: string; daemonId: string; provider: string }[]
}

export interface FleetPlan {
  names: Names
  runtimes: NewRuntime[]
  agents: NewAgent[]
  /** Whether an agent needs the placeholder runtime. */
  needsPlaceholder: boolean
  ids: ImportedId[]
  notes: string[]
  /** Every runtime of the source, with its identity here. */
  machines: { runtimeId: string; daemonId: string; provider: string }[]
}

/** The source id of the placeholder runtime in the table of imported rows. */
export const PLACEHOLDER = { table: 'agent_runtime', sourceId: 'none' } as const
export const PLACEHOLDER_IDENTITY = { daemonId: 'import:no-runtime', provider: 'none' }

/**
 * Plans the runtimes and agents of the import. Pure. A runtime with the same daemon and provider here is the same
 * runtime.
 */
export function planFleet(
  given: { workspace: SourceWorkspace; runtimes: readonly SourceRuntime[]; agents: readonly SourceAgent[] },
  known: KnownFleet,
  idOf: Names['idOf'],
): FleetPlan {
  const registered = new Map(known.registered.map((runtime) => [identity(runtime), runtime.id]))
  const [runtimes, agents, ids, notes]: [NewRuntime[], NewAgent[], ImportedId[], string[]] = [[], [], [], []]
  const note = (text: string): void => void notes.push(text)
  const source = {
    workspace: given.workspace,
    runtimes: given.runtimes.map((row) => clampTimes(row, `runtime ${row.id}`, note)),
    agents: given.agents.map((row) => clampTimes(row, `agent ${row.id}`, note)),
  }
  const runtimeIds = new Map(known.runtimes)
  const daemons = new Map(known.registered.map(({ id, daemonId }) => [id, daemonId]))
  const taken = new Set<string>()
  for (const row of byProfile(source.runtimes)) {
    const runtime = runtimeOf(row, idOf)
    if (runtimeIds.has(row.id)) {
      if (row.profileId === null) taken.add(identity(runtime))
      continue
    }
    // Two runtimes with one identity would be one runtime here, and would resume each other's sessions.
    if (row.profileId !== null || taken.has(identity(runtime))) {
      runtime.daemonId = `${runtime.daemonId}:${row.id}`
      const what = row.profileId === null ? 'a second' : `profile ${row.profileId}, not the machine's own,`
      notes.push(
        `runtime ${row.id} is ${what} ${row.provider} of daemon ${row.daemonId ?? ''}: kept apart from the first, as daemon ${runtime.daemonId}`,
      )
    }
    const id = registered.get(identity(runtime))
    taken.add(identity(runtime))
    if (id === undefined) runtimes.push(runtime)
    daemons.set(id ?? runtime.id, runtime.daemonId)
    runtimeIds.set(row.id, id ?? runtime.id)
    ids.push({ table: 'agent_runtime', sourceId: row.id, id: id ?? runtime.id })
  }
  const placeholder =
    known.runtimes.get(PLACEHOLDER.sourceId) ??
    idOf(PLACEHOLDER.table, PLACEHOLDER.sourceId, source.agents[0]?.createdAt ?? 0)
  const agentIds = new Map(known.agents)
  const runtimeOfAgent = new Map<string, string>()
  for (const row of source.agents) {
    const runtimeId = runtimeIds.get(row.runtimeId ?? '') ?? placeholder
    runtimeOfAgent.set(row.id, runtimeId)
    if (agentIds.has(row.id)) continue
    const { config, notes: said } = configOf(row)
    notes.push(...said)
    const agent = agentOf(row, runtimeId, config, idOf)
    agents.push(agent)
    agentIds.set(row.id, agent.id)
    ids.push({ table: 'agent', sourceId: row.id, id: agent.id })
    if (runtimeId === placeholder) notes.push(`agent ${row.name} (${row.id}) has no runtime: give it one`)
  }
  const archivedAgents = new Set(source.agents.flatMap(({ id, archivedAt }) => (archivedAt === null ? [] : [id])))
  const names = { issuePrefix: issuePrefixOf(source.workspace), agents: agentIds, archivedAgents, runtimes: runtimeIds }
  const needsPlaceholder = agents.some(({ runtimeId }) => runtimeId === placeholder)
  const machines = source.runtimes.flatMap(({ id, provider }) => {
    const runtimeId = runtimeIds.get(id) ?? ''
    const daemonId = daemons.get(runtimeId)
    return daemonId === undefined ? [] : [{ runtimeId, daemonId, provider }]
  })
  const all = { ...names, runtimeOfAgent, placeholder, idOf }
  return { names: all, runtimes, agents, needsPlaceholder, ids, notes, machines }
}

/** Sorts the machine's own CLIs first, so that they get the plain identity. */
function byProfile(rows: readonly SourceRuntime[]): SourceRuntime[] {
  return rows.toSorted((a, b) => Number(a.profileId !== null) - Number(b.profileId !== null))
}

function identity({ daemonId, provider }: { daemonId: string; provider: string }): string {
  return JSON.stringify([daemonId, provider])
}

/** The source's default prefix for issues: the first letters of the workspace's name. */
function issuePrefixOf({ issuePrefix, name }: SourceWorkspace): string {
  if (issuePrefix !== '') return issuePrefix
  return (
    name
      .replaceAll(/[^a-z]/gi, '')
      .slice(0, 3)
      .toUpperCase() || 'WS'
  )
}

function runtimeOf(row: SourceRuntime, idOf: Names['idOf']): NewRuntime {
  const { provider, name, metadata } = row
  return {
    id: idOf('agent_runtime', row.id, row.createdAt),
    daemonId: row.daemonId ?? `cloud:${row.id}`,
    provider,
    name,
    metadata,
    lastSeenAt: row.lastSeenAt === null ? null : dateOf(row.lastSeenAt),
    createdAt: dateOf(row.createdAt),
  }
}

function agentOf(row: SourceAgent, runtimeId: string, config: unknown, idOf: Names['idOf']): NewAgent {
  const { name } = row
  return {
    id: idOf('agent', row.id, row.createdAt),
    name,
    runtimeId,
    config,
    maxConcurrentTasks: Math.max(1, row.maxConcurrentTasks),
    archivedAt: row.archivedAt === null ? null : dateOf(row.archivedAt),
    createdAt: dateOf(row.createdAt),
  }
}
