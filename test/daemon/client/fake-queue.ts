import type { OperationName, ResultOf } from '../../../src/daemon/client/client.js'
import type { Claim } from '../../../src/daemon/client/held-claims.js'

export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly status?: string,
    readonly fields?: { path: string; message: string }[],
  ) {
    super(`Refused: ${code}`)
  }
}

export interface FakeTask {
  id: string
  status: 'QUEUED' | 'CLAIMED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED'
  claimToken: string | null
  conversation: string
  priorSessionId: string | null
}

type NoTaskReason = NonNullable<ResultOf<'ClaimTasks'>['claimTasks']['noTask']>['reasons'][number]
type Input = Record<string, unknown>

/** Just enough of the server's rules for a daemon to be held to them: claims are fenced, requestIds are remembered. */
export class FakeQueue {
  readonly tasks: FakeTask[] = []
  /** Fractions of a second, so that tests are quick. */
  timers = { claimLease: 30, runLease: 30, heartbeat: 0.05, runtimeOffline: 60, queueTtl: 0, sweep: 1 }
  revoked = false
  /** The code that every answer of a run is refused with; null: none is. */
  refuseAnswers: string | null = null
  /** The path of the field that every report of progress is refused for; null: none is. */
  refuseProgress: string | null = null
  retryAfterSeconds = 0.05
  /** Why there is no task, where there is none. */
  noTaskReasons: NoTaskReason[] = ['QUEUE_EMPTY']
  recoveredAfter: string[] | null = null
  #claims = 0
  readonly #answers = new Map<string, Claim[]>()

  enqueue(task: Partial<FakeTask> = {}): FakeTask {
    const id = `task_${this.tasks.length + 1}`
    const row: FakeTask = { id, status: 'QUEUED', claimToken: null, conversation: id, priorSessionId: null, ...task }
    this.tasks.push(row)
    return row
  }

  handle(name: OperationName, input: Input): ResultOf<OperationName> {
    if (this.revoked) throw new Refused('UNAUTHENTICATED')
    switch (name) {
      case 'RegisterRuntime':
        return {
          registerRuntime: { runtime: { id: `rt_${String(input.provider)}`, provider: String(input.provider) } },
        }
      case 'RecoverOrphanedTasks':
        return this.#recover()
      case 'ReadHandoff':
        return { task: null }
      // An older server.
      case 'ClaimSignals':
        throw new Refused('GRAPHQL_VALIDATION_FAILED')
      case 'ServerTimers':
        return { serverTimers: this.timers }
      case 'Heartbeat':
        return this.#heartbeat(input.claims as { taskId: string; claimToken: string }[])
      case 'ClaimTasks':
        return this.#claim(input as { requestId: string; max: number })
      case 'StartTask':
        return { startTask: { task: this.#move(input, ['CLAIMED', 'RUNNING'], 'RUNNING') } }
      case 'PinTaskSession': {
        const task = this.#held(input)
        return {
          pinTaskSession: {
            accepted: true,
            task: { id: task.id, status: task.status, sessionId: null, workDir: null },
          },
        }
      }
      case 'ReportTaskProgress':
        this.#held(input)
        if (this.refuseProgress !== null) {
          throw new Refused('BAD_USER_INPUT', undefined, [{ path: this.refuseProgress, message: 'Too much.' }])
        }
        return { reportTaskProgress: { accepted: 1, lastSeq: 0 } }
      case 'CompleteTask':
        if (this.refuseAnswers !== null) throw new Refused(this.refuseAnswers)
        return { completeTask: { task: this.#move(input, ['RUNNING', 'COMPLETED'], 'COMPLETED') } }
      case 'FailTask': {
        const task = this.#move(input, ['CLAIMED', 'RUNNING', 'FAILED'], 'FAILED')
        return { failTask: { task: { ...task, failure: null }, retry: null } }
      }
      case 'ReleaseTask':
        return { releaseTask: { task: this.#move(input, ['CLAIMED'], 'QUEUED') } }
      case 'DeregisterRuntime':
        throw new Refused('INTERNAL')
    }
  }

  #claim({ requestId, max }: { requestId: string; max: number }): ResultOf<'ClaimTasks'> {
    const before = this.#answers.get(requestId)
    if (before) return { claimTasks: { claims: before.map((claim) => ({ ...claim, replayed: true })), noTask: null } }
    const busy = this.tasks.filter(({ status }) => status === 'CLAIMED' || status === 'RUNNING')
    const free = this.tasks.filter(
      (task) => task.status === 'QUEUED' && !busy.some(({ conversation }) => conversation === task.conversation),
    )
    const claims = free.slice(0, max).map((task) => this.#handOut(task))
    if (claims.length === 0) {
      const noTask = { reasons: this.noTaskReasons, retryAfterSeconds: this.retryAfterSeconds }
      return { claimTasks: { claims, noTask } }
    }
    this.#answers.set(requestId, claims)
    return { claimTasks: { claims, noTask: null } }
  }

  #handOut(task: FakeTask): Claim {
    this.#claims += 1
    task.status = 'CLAIMED'
    task.claimToken = `token_${this.#claims}`
    const { priorSessionId } = task
    return {
      claimToken: task.claimToken,
      leaseExpiresAt: '1970-01-01T00:00:00.000Z',
      replayed: false,
      priorSessionId,
      priorWorkDir: null,
      input: [],
      task: {
        id: task.id,
        kind: 'ISSUE',
        issueKey: 'A-1',
        title: null,
        prompt: 'Do it.',
        priority: 0,
        attempt: 1,
        maxAttempts: 2,
        forceFreshSession: false,
        forceFreshWorkDir: false,
        metadata: null,
        agent: { id: 'agt_1', name: 'agent', config: null, revision: 1 },
        runtime: { id: 'rt_fake', provider: 'fake' },
        conversation: { id: task.conversation },
      },
      resume: {
        outcome: priorSessionId === null ? 'FRESH' : 'RESUME',
        continuityGap: false,
        message: '',
        workDir: null,
        reason: priorSessionId === null ? 'NO_PRIOR_SESSION' : 'SAME_RUNTIME',
        sessionId: priorSessionId,
      },
    }
  }

  #heartbeat(claims: { taskId: string; claimToken: string }[]): ResultOf<'Heartbeat'> {
    return {
      heartbeat: {
        nextHeartbeatSeconds: this.timers.heartbeat,
        claims: claims.map(({ taskId, claimToken }) => {
          const task = this.tasks.find(({ id }) => id === taskId)
          const current = task?.claimToken === claimToken
          const verdict = !current ? 'LOST' : task.status === 'CANCELLED' ? 'CANCELLED' : 'HELD'
          return { taskId, verdict, leaseExpiresAt: null }
        }),
      },
    }
  }

  #recover(): ResultOf<'RecoverOrphanedTasks'> {
    this.recoveredAfter = this.tasks.map(({ status }) => status)
    const orphans = this.tasks.filter(({ status }) => status === 'CLAIMED' || status === 'RUNNING')
    for (const task of orphans) Object.assign(task, { status: 'FAILED', claimToken: null })
    return { recoverOrphanedTasks: { failed: orphans.map(({ id }) => ({ id })), retries: [] } }
  }

  #held({ taskId, claimToken }: Input): FakeTask {
    const task = this.tasks.find(({ id }) => id === taskId)
    if (task === undefined || task.claimToken !== claimToken) throw new Refused('STALE_CLAIM')
    return task
  }

  #move(input: Input, from: FakeTask['status'][], to: FakeTask['status']): { id: string; status: FakeTask['status'] } {
    const task = this.#held(input)
    if (!from.includes(task.status)) throw new Refused('ILLEGAL_TRANSITION', task.status)
    task.status = to
    if (to === 'QUEUED') task.claimToken = null
    return { id: task.id, status: to }
  }
}
