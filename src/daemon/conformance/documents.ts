/** The kit's operations besides a daemon's: it also acts as people do, and reads the outcome. */
export const documents = {
  Viewer: `
    query Viewer { viewer { kind } }`,
  CreateWorkspace: `
    mutation CreateWorkspace($input: CreateWorkspaceInput!) { createWorkspace(input: $input) { secret } }`,
  CreateToken: `
    mutation CreateToken($input: CreateTokenInput!) { createToken(input: $input) { secret token { id } } }`,
  RevokeToken: `
    mutation RevokeToken($input: RevokeTokenInput!) { revokeToken(input: $input) { token { id } } }`,
  CreateAgent: `
    mutation CreateAgent($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } } }`,
  ArchiveAgent: `
    mutation ArchiveAgent($input: ArchiveAgentInput!) { archiveAgent(input: $input) { agent { id } } }`,
  EnqueueTask: `
    mutation EnqueueTask($input: EnqueueTaskInput!) { enqueueTask(input: $input) { task { id } } }`,
  CancelTask: `
    mutation CancelTask($input: CancelTaskInput!) { cancelTask(input: $input) { task { status } } }`,
  RerunTask: `
    mutation RerunTask($input: RerunTaskInput!) { rerunTask(input: $input) { task { id } } }`,
  TaskNow: `
    query TaskNow($id: ID!) {
      task(id: $id) {
        status output sessionId workDir claimedAt leaseExpiresAt failure { reason }
        events { nodes { type } }
        progress { nodes { seq text } }
      }
    }`,
  Bindings: `
    query Bindings($agentId: ID!, $issueKey: String!) {
      issueThread(agentId: $agentId, issueKey: $issueKey) { bindings { sessionId state } }
    }`,
} as const
