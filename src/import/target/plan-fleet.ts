import type { SourceAgent, SourceRuntime, SourceWorkspace } from '../source/source-rows.js'
import { dateOf } from '../translate/names.js'
import type { Names } from '../translate/names.js'
import type { ImportedId } from './imported-rows.js'

/** A runtime to be written. */
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

/** What the target has already. */
export interface KnownFleet {
  /** By the source's ids. */
  runtimes: ReadonlyMap<string, string>
  agents: ReadonlyMap<string, string>
  /** Registered here by whomever. */
  registered: readonly { id: string; daemonId: string; provider: string }[]
}

export interface FleetPlan {
  names: Names
  runtimes: NewRuntime[]
  agents: NewAgent[]
  /** Whether an agent needs the placeholder. */
  needsPlaceholder: boolean
  ids: ImportedId[]
  notes: string[]
}

/** The source's word for the placeholder runtime, in the table of imported rows. */
export const PLACEHOLDER = { table: 'agent_runtime', sourceId: 'none' } as const
export const PLACEHOLDER_IDENTITY = { daemonId: 'import:no-runtime', provider: 'none' }

/** What runtimes and agents become. Pure. A runtime that is registered here under the same daemon and provider is the same. */
export function planFleet(
  source: { workspace: SourceWorkspace; runtimes: readonly SourceRuntime[]; agents: readonly SourceAgent[] },
  known: KnownFleet,
  idOf: Names['idOf'],
): FleetPlan {
  const registered = new Map(known.registered.map((runtime) => [identity(runtime), runtime.id]))
  const [runtimes, agents, ids, notes]: [NewRuntime[], NewAgent[], ImportedId[], string[]] = [[], [], [], []]
  const runtimeIds = new Map(known.runtimes)
  const taken = new Set<string>()
  for (const row of source.runtimes) {
    if (runtimeIds.has(row.id)) continue
    const runtime = runtimeOf(row, idOf)
    // Two runtimes of one identity would be one runtime here, and each would resume the other's sessions.
    if (taken.has(identity(runtime))) {
      runtime.daemonId = `${runtime.daemonId}:${row.id}`
      notes.push(
        `runtime ${row.id} is a second ${row.provider} of daemon ${row.daemonId ?? ''}: kept apart from the first`,
      )
    }
    const id = registered.get(identity(runtime))
    taken.add(identity(runtime))
    if (id === undefined) runtimes.push(runtime)
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
    const agent = agentOf(row, runtimeId, idOf)
    agents.push(agent)
    agentIds.set(row.id, agent.id)
    ids.push({ table: 'agent', sourceId: row.id, id: agent.id })
    if (runtimeId === placeholder) notes.push(`agent ${row.name} (${row.id}) is bound to no runtime: give it one`)
  }
  const names = { issuePrefix: source.workspace.issuePrefix, agents: agentIds, runtimes: runtimeIds }
  const needsPlaceholder = agents.some(({ runtimeId }) => runtimeId === placeholder)
  return { names: { ...names, runtimeOfAgent, placeholder, idOf }, runtimes, agents, needsPlaceholder, ids, notes }
}

function identity({ daemonId, provider }: { daemonId: string; provider: string }): string {
  return JSON.stringify([daemonId, provider])
}

function runtimeOf(row: SourceRuntime, idOf: Names['idOf']): NewRuntime {
  const { provider, name, metadata } = row
  return {
    id: idOf('agent_runtime', row.id, row.createdAt),
    daemonId: row.daemonId ?? `cloud:${row.id}`,
    ...{ provider, name, metadata },
    lastSeenAt: row.lastSeenAt === null ? null : dateOf(row.lastSeenAt),
    createdAt: dateOf(row.createdAt),
  }
}

function agentOf(row: SourceAgent, runtimeId: string, idOf: Names['idOf']): NewAgent {
  const { name, instructions, model } = row
  const config = { ...(instructions === null ? {} : { instructions }), ...(model === null ? {} : { model }) }
  return {
    id: idOf('agent', row.id, row.createdAt),
    ...{ name, runtimeId, config },
    maxConcurrentTasks: Math.max(1, row.maxConcurrentTasks),
    archivedAt: row.archivedAt === null ? null : dateOf(row.archivedAt),
    createdAt: dateOf(row.createdAt),
  }
}
