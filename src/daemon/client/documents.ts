/**
 * A daemon's operations, by name. The types in operation-types.ts are generated from these texts and schema.graphql
 * (`npm run generate-operations`); a test fails if they are stale.
 */
export const documents = {
  RegisterRuntime: `
    mutation RegisterRuntime($input: RegisterRuntimeInput!) {
      registerRuntime(input: $input) { runtime { id provider } }
    }`,
  DeregisterRuntime: `
    mutation DeregisterRuntime($input: DeregisterRuntimeInput!) {
      deregisterRuntime(input: $input) { runtime { id status } }
    }`,
  Heartbeat: `
    mutation Heartbeat($input: HeartbeatInput!) {
      heartbeat(input: $input) { claims { taskId verdict leaseExpiresAt } nextHeartbeatSeconds }
    }`,
  ServerTimers: `
    query ServerTimers {
      serverTimers { claimLease runLease heartbeat runtimeOffline queueTtl sweep }
    }`,
  RecoverOrphanedTasks: `
    mutation RecoverOrphanedTasks($input: RecoverOrphanedTasksInput!) {
      recoverOrphanedTasks(input: $input) { failed { id } retries { id } }
    }`,
  ClaimTasks: `
    mutation ClaimTasks($input: ClaimTasksInput!) {
      claimTasks(input: $input) {
        claims {
          claimToken leaseExpiresAt replayed priorSessionId priorWorkDir
          task {
            id kind issueKey title prompt priority attempt maxAttempts forceFreshSession forceFreshWorkDir metadata
            agent { id name config revision }
            runtime { id provider }
            conversation { id }
          }
          resume { outcome reason sessionId workDir continuityGap message }
          input { id content createdAt }
        }
        noTask { reasons retryAfterSeconds }
      }
    }`,
  StartTask: `
    mutation StartTask($input: StartTaskInput!) {
      startTask(input: $input) { task { id status } }
    }`,
  PinTaskSession: `
    mutation PinTaskSession($input: PinTaskSessionInput!) {
      pinTaskSession(input: $input) { accepted task { id status sessionId workDir } }
    }`,
  ReportTaskProgress: `
    mutation ReportTaskProgress($input: ReportTaskProgressInput!) {
      reportTaskProgress(input: $input) { accepted lastSeq }
    }`,
  CompleteTask: `
    mutation CompleteTask($input: CompleteTaskInput!) {
      completeTask(input: $input) { task { id status } }
    }`,
  FailTask: `
    mutation FailTask($input: FailTaskInput!) {
      failTask(input: $input) { task { id status failure { resumeSafe retryable } } retry { id } }
    }`,
  ReleaseTask: `
    mutation ReleaseTask($input: ReleaseTaskInput!) {
      releaseTask(input: $input) { task { id status } }
    }`,
  ClaimSignals: `
    subscription ClaimSignals($daemonId: String!) {
      claimSignals(daemonId: $daemonId) { taskId verdict }
    }`,
  ReadHandoff: `
    query ReadHandoff($taskId: ID!, $maxBytes: Int!, $ifFresh: Boolean!) {
      task(id: $taskId) {
        resume { candidates { reason binding { runtime { name host } } } }
        handoff(maxBytes: $maxBytes, ifFresh: $ifFresh) {
          range { turns }
          omittedTurns
          entries { role text erased truncated at task { id status failure { reason } } }
        }
      }
    }`,
} as const
