export const changeDocuments = {
  CreateToken: `mutation CreateToken($input: CreateTokenInput!) { createToken(input: $input) { secret token { id } } }`,
  CreateAgent: `mutation CreateAgent($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } } }`,
  CreateChat: `mutation CreateChat($input: CreateChatSessionInput!) {
    createChatSession(input: $input) { chatSession { id } }
  }`,
  ResetSession: `mutation ResetSession($input: ResetSessionInput!) { resetSession(input: $input) { conversation { id } } }`,
  RerunTask: `mutation RerunTask($input: RerunTaskInput!) { rerunTask(input: $input) { task { id } } }`,
  CancelTask: `mutation CancelTask($input: CancelTaskInput!) { cancelTask(input: $input) { task { id status } } }`,
  SendMessage: `mutation SendMessage($input: SendChatMessageInput!) {
    sendChatMessage(input: $input) { message { id } task { id } }
  }`,
}
