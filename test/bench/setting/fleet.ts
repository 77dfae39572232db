import { createClient } from '../../../src/daemon/client/client.js'
import { newRequestId } from '../../../src/daemon/ids.js'
import { Connection } from '../load/connection.js'
import type { DaemonPlace } from '../load/daemon.js'
import { ADMIN_TOKEN } from './admin-token.js'

export interface Fleet {
  /** A daemon, a runtime and a token each. */
  daemons: readonly (DaemonPlace & { runtimeId: string })[]
  /** Of all runtimes. */
  agents: readonly string[]
  /** A task that waits for each agent: what fills the queue is made after these. */
  firstTasks: readonly string[]
}

export interface FleetSize {
  /** Begins the names of the daemons: fleets of one server have different ones. */
  name: string
  daemons: number
  /** The agents of each runtime, by how many tasks they may run at once. */
  agents: readonly number[]
}

/** How many are registered at the same time. */
const AT_ONCE = 32

/** Registers daemons with a runtime and agents each, by the API, and gives every agent a first task. */
export async function registerFleet(url: string, { name, daemons, agents }: FleetSize): Promise<Fleet> {
  const owner = new Owner(url)
  const firstTasks = new Map<string, string>()
  const registerOne = async (n: number) => {
    const daemonId = `${name}-${n}`
    const token = await owner.createToken(daemonId)
    const client = createClient({ url: `${url}/graphql`, token })
    const { registerRuntime } = await client.send('RegisterRuntime', { input: { daemonId, provider: 'claude' } })
    const runtimeId = registerRuntime.runtime.id
    for (const [k, maxConcurrentTasks] of agents.entries()) {
      const agentId = await owner.createAgent(`${daemonId}-${k}`, runtimeId, maxConcurrentTasks)
      firstTasks.set(agentId, await owner.enqueue(agentId, 'ISSUE-1'))
    }
    return { runtimeId, runtimeIds: [runtimeId], token }
  }
  const registered: Fleet['daemons'][number][] = []
  for (let n = 0; n < daemons; n += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, daemons - n) }, (_, k) => registerOne(n + k))
    registered.push(...(await Promise.all(some)))
  }
  owner.close()
  return { daemons: registered, agents: [...firstTasks.keys()], firstTasks: [...firstTasks.values()] }
}

/** Runtimes and nothing else; for the ROOT token. Returns their ids. */
export async function registerRuntimes(url: string, count: number): Promise<string[]> {
  const client = createClient({ url: `${url}/graphql`, token: ADMIN_TOKEN })
  const ids: string[] = []
  for (let n = 0; n < count; n += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - n) }, async (_, k) => {
      const input = { daemonId: `waits-${n + k}`, provider: 'claude' }
      return (await client.send('RegisterRuntime', { input })).registerRuntime.runtime.id
    })
    ids.push(...(await Promise.all(some)))
  }
  return ids
}

/** So many more tasks for each agent, each on an issue of its own, by the API. */
export async function enqueueMany(url: string, { agents }: Fleet, each: number): Promise<void> {
  const owner = new Owner(url)
  for (let n = 0; n < each; n++) {
    await Promise.all(agents.map((agentId) => owner.enqueue(agentId, newRequestId())))
  }
  owner.close()
}

/** Whoever sets the workspace up. */
export class Owner {
  readonly #connections: Connection[]
  #next = 0

  constructor(url: string) {
    this.#connections = Array.from({ length: AT_ONCE }, () => new Connection(url, ADMIN_TOKEN))
  }

  async createToken(daemonId: string): Promise<string> {
    const query = `mutation ($id: String!) { createToken(input: { name: $id, kind: DAEMON, daemonId: $id }) { secret } }`
    return (await this.ask<{ createToken: { secret: string } }>(query, { id: daemonId })).createToken.secret
  }

  async createAgent(name: string, runtimeId: string, maxConcurrentTasks: number): Promise<string> {
    const query = `mutation ($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } } }`
    const input = { name, runtimeId, maxConcurrentTasks }
    return (await this.ask<{ createAgent: { agent: { id: string } } }>(query, { input })).createAgent.agent.id
  }

  async enqueue(agentId: string, issueKey: string): Promise<string> {
    const query = `mutation ($input: EnqueueTaskInput!) { enqueueTask(input: $input) { task { id } } }`
    const input = { agentId, issueKey, title: 'Login', prompt: 'Fix the login.' }
    return (await this.ask<{ enqueueTask: { task: { id: string } } }>(query, { input })).enqueueTask.task.id
  }

  close(): void {
    for (const connection of this.#connections) connection.close()
  }

  ask<Data>(query: string, variables: object): Promise<Data> {
    const connection = this.#connections[this.#next++ % AT_ONCE]
    if (connection === undefined) throw new Error('There is no connection.')
    return connection.post(JSON.stringify({ query, variables }))
  }
}
