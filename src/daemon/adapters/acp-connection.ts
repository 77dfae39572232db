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

/** How an agent is started. Two turns share a process only if their launches are equal. */
export interface Launch {
  command: readonly [string, ...string[]]
  machine: Machine
  workDir: string
  mcpServers: McpServer[]
}

export type Offers = Pick<NewSessionResponse, 'modes' | 'configOptions'>

/** Receives what the agent sends about the session of the current turn. */
export interface Listener {
  update: (update: SessionUpdate) => void
  permission: (request: RequestPermissionRequest) => RequestPermissionResponse
}

/** A running agent that speaks the Agent Client Protocol, for the turns of one conversation. */
export class AcpConnection {
  /** The open session; null before the first one. */
  sessionId: string | null = null
  /** The model that was set last; null means the agent's default. */
  model: string | null = null
  /** The mode that was set last. */
  mode: string | null = null
  /** The settings of the open session. */
  offers: Offers = {}
  capabilities: InitializeResponse['agentCapabilities']
  agentName: string | null = null
  /** The newest usage of the session that the agent has reported. */
  use: SessionUse | null = null
  /** The session's cost before the turn; null if unknown. Agents report only the sum. */
  costBefore: number | null = null
  /** null between turns, and while a session is being opened. */
  listener: Listener | null = null
  /** Called at each update of any session, with or without a listener. */
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
    // Node's type of a web stream and the library's type differ only in name.
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

  /** Ignores the session's id: a connection has one session, and its id is not set while it loads. */
  #used({ used, size, cost }: Extract<SessionUpdate, { sessionUpdate: 'usage_update' }>): void {
    this.use = { used, size, costUsd: cost?.currency === 'USD' ? cost.amount : (this.use?.costUsd ?? null) }
  }

  /** The agent has ended or lost its connection, so it cannot run another turn. */
  get isOver(): boolean {
    return this.#connection.signal.aborted || this.#ending.signal.aborted
  }

  /** Resolves when the connection is closed, whoever closed it. */
  get over(): Promise<void> {
    return this.#connection.closed
  }

  /** Starts to end the agent, and aborts its requests. */
  abort(): void {
    this.#ending.abort()
  }

  /** Ends the agent and everything that it has started. */
  async end(): Promise<Exit> {
    this.#ending.abort()
    const exit = await this.exit
    this.#connection.close()
    return exit
  }
}
