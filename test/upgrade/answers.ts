import { GraphQLClient } from 'graphql-request'
import type { Lived } from './live-through.js'

const TASK = `id kind status attempt maxAttempts priority title prompt output result sessionId workDir forceFreshSession
  createdAt claimedAt startedAt finishedAt availableAt erasedAt
  failure { reason error fault resumeSafe retryable } retryOf { id } rerunOf { id }
  resume { outcome reason sessionId workDir } progress(first: 10) { nodes { seq kind text } }`

const CONVERSATION = `query ($id: ID!) { node(id: $id) { id ... on Conversation {
  title erasedAt lastActivityAt agent { name }
  pointer { sessionId workDir runtime { id } } bindings { sessionId workDir state resumeFailures runtime { id } }
  explainResume { outcome reason sessionId workDir }
  events(last: 100) { nodes { id version position type occurredAt actor data } }
  tasks(first: 100) { nodes { ${TASK} } } } } }`

const WHOLE = `{ conversations(first: 50) { nodes { id title } } tasks(first: 100) { nodes { id status } }
  runtimes(first: 50) { nodes { id name provider } } agents(first: 50) { nodes { id name revision config } }
  tokens { name kind daemonId } queueStats { queued claimed running } resumeStats { claims resumed fresh hadSession } }`

/** All that a build tells of what was lived through and does not change by itself. */
export async function answersOf(url: string, token: string, { conversations }: Lived): Promise<unknown> {
  const client = new GraphQLClient(`${url}/graphql`, { headers: { authorization: `Bearer ${token}` } })
  const each = Object.entries(conversations).map(async ([name, id]) => [
    name,
    await client.request<unknown>(CONVERSATION, { id }),
  ])
  return { ...(Object.fromEntries(await Promise.all(each)) as object), whole: await client.request<unknown>(WHOLE) }
}
