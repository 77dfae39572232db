import { documents } from '../../../src/daemon/client/documents.js'
import type { OperationName, ResultOf, VariablesOf } from '../../../src/daemon/client/client.js'
import { newRequestId } from '../../../src/daemon/ids.js'
import { Connection } from './connection.js'

export interface DaemonPlace {
  runtimeIds: readonly string[]
  token: string
}

type Claim = ResultOf<'ClaimTasks'>['claimTasks']['claims'][number]

/** As the daemon asks when nothing else is said. */
const WAIT_SECONDS = 20

/**
 * Asks what the real daemon asks, in its words: the documents, the variables and the order of src/daemon/client. It leaves out
 * what costs only the daemon's own machine: the outbox on disk, timers, the checks of its types.
 */
export class LeanDaemon {
  readonly #connection: Connection
  #next = 0

  constructor(
    url: string,
    private readonly place: DaemonPlace,
    private readonly max: number,
    private readonly waitSeconds = WAIT_SECONDS,
  ) {
    this.#connection = new Connection(url, place.token)
  }

  /** Opens the connection. */
  async greet(): Promise<void> {
    await this.#connection.post('{"query":"{ __typename }"}')
  }

  /** Claims tasks and leaves them; returns how many. */
  async claim(): Promise<number> {
    return (await this.#ask()).length
  }

  /**
   * Tasks from their claim to their end, as the daemon lives them: start, pin, complete. In `threeCalls`, the start pins as well, as for
   * a CLI whose first sign of life is its session. Returns how many.
   */
  async live(threeCalls = false): Promise<number> {
    const claims = await this.#ask()
    for (const { claimToken, task, priorSessionId } of claims) {
      const key = { taskId: task.id, claimToken }
      const session = { sessionId: priorSessionId ?? `session-${task.id}`, workDir: '/work/repository' }
      const resumeResult = priorSessionId === null ? 'NOT_ATTEMPTED' : 'RESUMED'
      await this.#send('StartTask', { input: { ...key, resumeResult, ...(threeCalls && session) } })
      if (!threeCalls) await this.#send('PinTaskSession', { input: { ...key, ...session } })
      await this.#send('CompleteTask', { input: { ...key, ...session, output: 'Done.' } })
    }
    return claims.length
  }

  close(): void {
    this.#connection.close()
  }

  /** For tasks of one of its runtimes, of each in its turn. */
  async #ask(): Promise<readonly Claim[]> {
    const { runtimeIds } = this.place
    const runtimeId = runtimeIds[this.#next++ % runtimeIds.length] ?? ''
    const input = { runtimeIds: [runtimeId], waitSeconds: this.waitSeconds, leaseSeconds: null, max: this.max }
    const { claimTasks } = await this.#send('ClaimTasks', { input: { ...input, requestId: newRequestId() } })
    return claimTasks.claims
  }

  #send<Name extends OperationName>(name: Name, variables: VariablesOf<Name>): Promise<ResultOf<Name>> {
    return this.#connection.post(
      `{"query":${QUERIES[name]},"variables":${JSON.stringify(variables)},"operationName":"${name}"}`,
    )
  }
}

/** Escaped once: the documents are most of what is sent. */
const QUERIES = Object.fromEntries(
  Object.entries(documents).map(([name, text]) => [name, JSON.stringify(text)]),
) as Record<OperationName, string>
