/** The operations of the demo's people. Its machines use the daemons' operations. */
export const documents = {
  CreateToken: `
    mutation CreateToken($input: CreateTokenInput!) { createToken(input: $input) { secret } }`,
  Runtimes: `
    query Runtimes { runtimes(first: 20) { nodes { id name } } }`,
  Agents: `
    query Agents { agents(first: 20) { nodes { id name } } }`,
  CreateAgent: `
    mutation CreateAgent($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } } }`,
  UpdateAgent: `
    mutation UpdateAgent($input: UpdateAgentInput!) { updateAgent(input: $input) { agent { id } } }`,
  CreateChatSession: `
    mutation CreateChatSession($input: CreateChatSessionInput!) {
      createChatSession(input: $input) { chatSession { id } }
    }`,
  SendChatMessage: `
    mutation SendChatMessage($input: SendChatMessageInput!) {
      sendChatMessage(input: $input) { task { id conversation { id } } }
    }`,
  EnqueueTask: `
    mutation EnqueueTask($input: EnqueueTaskInput!) { enqueueTask(input: $input) { task { id conversation { id } } } }`,
  CancelTask: `
    mutation CancelTask($input: CancelTaskInput!) { cancelTask(input: $input) { task { status } } }`,
  RerunTask: `
    mutation RerunTask($input: RerunTaskInput!) { rerunTask(input: $input) { task { id conversation { id } } } }`,
  ResetSession: `
    mutation ResetSession($input: ResetSessionInput!) { resetSession(input: $input) { conversation { id } } }`,
  TaskStatus: `
    query TaskStatus($id: ID!) { task(id: $id) { status } }`,
  WorkUnderWay: `
    query WorkUnderWay($id: ID!) {
      node(id: $id) {
        ... on ChatSession { tasks(first: 1, status: [QUEUED, CLAIMED, RUNNING]) { nodes { id } } }
        ... on IssueThread { tasks(first: 1, status: [QUEUED, CLAIMED, RUNNING]) { nodes { id } } }
      }
    }`,
  QueueOf: `
    query QueueOf($agentId: ID!) { queueStats(agentId: $agentId) { queued claimed running } }`,
} as const
