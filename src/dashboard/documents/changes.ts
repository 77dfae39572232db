export const changeDocuments = {
  ResetSession: `mutation ResetSession($input: ResetSessionInput!) { resetSession(input: $input) { conversation { id } } }`,
  RerunTask: `mutation RerunTask($input: RerunTaskInput!) { rerunTask(input: $input) { task { id } } }`,
  CancelTask: `mutation CancelTask($input: CancelTaskInput!) { cancelTask(input: $input) { task { id status } } }`,
  SendMessage: `mutation SendMessage($input: SendChatMessageInput!) {
    sendChatMessage(input: $input) { message { id } task { id } }
  }`,
}
