import { GraphQLClient } from 'graphql-request'

/** A claim, as far as a daemon needs it. */
export interface Claim {
  claimToken: string
  replayed: boolean
  priorSessionId: string | null
  priorWorkDir: string | null
  resume: { outcome: string; reason: string; continuityGap: boolean; candidates: { reason: string }[] }
  input: { content: string }[]
  task: { id: string; prompt: string | null; attempt: number }
}

const CLAIM = `... on TaskClaim {
  claimToken replayed priorSessionId priorWorkDir input { content } task { id prompt attempt }
  resume { outcome reason continuityGap candidates { reason } } }
  ... on NoTaskAvailable { reasons }`

/** A daemon on one machine, with one runtime, that speaks to the server as any daemon would: graphql-request over HTTP. */
export class Daemon {
  private constructor(
    private readonly client: GraphQLClient,
    readonly daemonId: string,
    readonly runtimeId: string,
  ) {}

  static async start(url: string, token: string, daemonId: string): Promise<Daemon> {
    const client = new GraphQLClient(`${url}/graphql`, { headers: { authorization: `Bearer ${token}` } })
    const { registerRuntime } = await client.request<{ registerRuntime: { runtime: { id: string } } }>(
      `mutation ($input: RegisterRuntimeInput!) { registerRuntime(input: $input) { runtime { id } } }`,
      { input: { daemonId, provider: 'claude', host: daemonId, account: 'me', store: daemonId } },
    )
    return new Daemon(client, daemonId, registerRuntime.runtime.id)
  }

  /** The next task; the reasons where there is none. */
  async ask(requestId?: string): Promise<Claim | { reasons: string[] }> {
    const { claimTask } = await this.client.request<{ claimTask: Claim | { reasons: string[] } }>(
      `mutation ($input: ClaimTaskInput!) { claimTask(input: $input) { ${CLAIM} } }`,
      { input: { runtimeId: this.runtimeId, requestId } },
    )
    return claimTask
  }

  async claim(requestId?: string): Promise<Claim> {
    const answer = await this.ask(requestId)
    if ('reasons' in answer) throw new Error(`No task: ${answer.reasons.join(', ')}`)
    return answer
  }

  /** One of the mutations about a held claim. */
  async report<T = unknown>(mutation: string, claim: Claim, fields: object, selection: string): Promise<T> {
    const type = `${mutation[0]?.toUpperCase() ?? ''}${mutation.slice(1)}Input!`
    const input = { taskId: claim.task.id, claimToken: claim.claimToken, ...fields }
    const data = await this.client.request<Record<string, T>>(
      `mutation ($input: ${type}) { ${mutation}(input: $input) { ${selection} } }`,
      { input },
    )
    return data[mutation] as T
  }

  start(claim: Claim, resumeResult: string | null = null): Promise<unknown> {
    return this.report('startTask', claim, { resumeResult }, 'task { status }')
  }

  pin(claim: Claim, sessionId: string, workDir?: string): Promise<{ accepted: boolean }> {
    return this.report('pinTaskSession', claim, { sessionId, workDir }, 'accepted')
  }

  complete(claim: Claim, fields: object = {}): Promise<{ task: { status: string } }> {
    return this.report('completeTask', claim, fields, 'task { status }')
  }

  fail(claim: Claim, failureReason: string, error: string): Promise<{ retry: { id: string } | null }> {
    return this.report('failTask', claim, { failureReason, error }, 'retry { id }')
  }

  async heartbeat(claims: readonly Claim[]): Promise<string[]> {
    const { heartbeat } = await this.client.request<{ heartbeat: { claims: { verdict: string }[] } }>(
      `mutation ($input: HeartbeatInput!) { heartbeat(input: $input) { claims { verdict } } }`,
      {
        input: {
          daemonId: this.daemonId,
          runtimeIds: [this.runtimeId],
          claims: claims.map(({ task, claimToken }) => ({ taskId: task.id, claimToken })),
        },
      },
    )
    return heartbeat.claims.map(({ verdict }) => verdict)
  }

  async recover(): Promise<{ failed: { id: string }[]; retries: { id: string }[] }> {
    const { recoverOrphanedTasks } = await this.client.request<{
      recoverOrphanedTasks: { failed: { id: string }[]; retries: { id: string }[] }
    }>(
      `mutation ($input: RecoverOrphanedTasksInput!) { recoverOrphanedTasks(input: $input) { failed { id } retries { id } } }`,
      { input: { daemonId: this.daemonId } },
    )
    return recoverOrphanedTasks
  }
}
