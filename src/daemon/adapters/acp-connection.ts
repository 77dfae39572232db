import { Readable, Writable } from 'node:stream'
import { client, methods, ndJsonStream, PROTOCOL_VERSION } from '@agentclientprotocol/sdk'
import type {
  ClientConnection,
  ClientContext,
  InitializeResponse,
  McpServer,
  NewSessionResponse,
  RequestPermissionRequest,
  RequestPermissionResponse,
  SessionUpdate,
} from '@agentclientprotocol/sdk'
import type { SessionUse } from './acp-usage.js'
import { startProcess } from './child-process.js'
import type { Exit, Machine, Started } from './child-process.js'

/** How an agent is started. Two turns share a process only if all of it is the same. */
export interface Launch {
  command: readonly [string, ...string[]]
  machine: Machine
  workDir: string
  mcpServers: McpServer[]
}

export type Offers = Pick<NewSessionResponse, 'modes' | 'configOptions'>

/** Who hears what the agent sends about the session of the turn that is going on. */
export interface Listener {
  update: (update: SessionUpdate) => void
  permission: (request: RequestPermissionRequest) => RequestPermissionResponse
}

/** A running agent that speaks the Agent Client Protocol, for the turns of one conversation. */
export class AcpConnection {
  /** The session that is open on it; null: none yet. */
  sessionId: string | null = null
  /** The model that was set last; null: the agent's own. */
  model: string | null = null
  /** The mode that was set last. */
  mode: string | null = null
  /** What can be set in the session that is open. */
  offers: Offers = {}
  capabilities: InitializeResponse['agentCapabilities']
  agentName: string | null = null
  /** What the agent has told last of the session's use. */
  use: SessionUse | null = null
  /** Of the session's cost, what was there before the turn; null: not known, because agents tell only the sum. */
  costBefore: number | null = null
  /** null: between turns, and while a session is being opened. */
  listener: Listener | null = null
  /** Fires at each update of any session, whether somebody listens or not. */
  onUpdate: (() => void) | null = null
  readonly exit: Promise<Exit>
  readonly endStrays: Started['endStrays']
  readonly #ending = new AbortController()
  readonly #connection: ClientConnection

  constructor(readonly launch: Launch) {
    const [program, ...args] = launch.command
    const { stdin, stdout, exit, endStrays } = startProcess({ program, args, ...launch }, this.#ending.signal)
    this.exit = exit
    this.endStrays = endStrays
    const app = client({ name: 'baton' })
      .onNotification(methods.client.session.update, ({ params }) => {
        this.onUpdate?.()
        if (params.update.sessionUpdate === 'usage_update') this.#used(params.update)
        if (params.sessionId === this.sessionId) this.listener?.update(params.update)
      })
      .onRequest(methods.client.session.requestPermission, ({ params }) =>
        params.sessionId === this.sessionId && this.listener !== null
          ? this.listener.permission(params)
          : { outcome: { outcome: 'cancelled' } },
      )
    // Node's own type of a web stream and the library's differ in name only.
    const output = Readable.toWeb(stdout) as ReadableStream<Uint8Array>
    this.#connection = app.connect(ndJsonStream(Writable.toWeb(stdin), output))
  }

  async initialize(): Promise<void> {
    const { agentCapabilities, agentInfo } = await this.agent.request(methods.agent.initialize, {
      protocolVersion: PROTOCOL_VERSION,
      clientCapabilities: {},
      clientInfo: { name: 'baton', version: '0' },
    })
    this.capabilities = agentCapabilities
    this.agentName = agentInfo?.name ?? null
  }

  get agent(): ClientContext {
    return this.#connection.agent
  }

  /** Of whichever session: there is one on a connection, and while it is loaded its name is not set yet. */
  #used({ used, size, cost }: Extract<SessionUpdate, { sessionUpdate: 'usage_update' }>): void {
    this.use = { used, size, costUsd: cost?.currency === 'USD' ? cost.amount : (this.use?.costUsd ?? null) }
  }

  /** It has ended, or lost its connection: no turn can go on with it. */
  get isOver(): boolean {
    return this.#connection.signal.aborted || this.#ending.signal.aborted
  }

  /** Resolves when it is over, whoever ended it. */
  get over(): Promise<void> {
    return this.#connection.closed
  }

  /** Begins to end it, and breaks off what is asked of it. */
  abort(): void {
    this.#ending.abort()
  }

  /** Ends the process with all that it has started. */
  async end(): Promise<Exit> {
    this.#ending.abort()
    const exit = await this.exit
    this.#connection.close()
    return exit
  }
}
