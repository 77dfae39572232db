import type { Talk } from './talk.js'

/** `longer`: ten times as long as the long one. */
export type TalkName = 'short' | 'long' | 'longer'

interface HistoryQuery {
  name: string
  /** A page whose time is compared with that of the newest conversations. */
  compared?: true
  query: string
  of: TalkName
  variables: (talk: Talk) => object
}

const EVENTS = `query ($id: ID!, $after: String) { chatSession(id: $id) {
  events(first: 50, after: $after) { nodes { id position type occurredAt task { id status } data } pageInfo { endCursor hasNextPage } }
} }`
const LIST = `query ($filter: ChatSessionFilter) { chatSessions(first: 50, filter: $filter) {
  nodes { id title status lastActivityAt agent { name } } pageInfo { endCursor hasNextPage }
} }`

const CONVERSATIONS = `query ($filter: ConversationFilter, $orderBy: ConversationOrder) {
  conversations(first: 50, filter: $filter, orderBy: $orderBy) {
    nodes { id title lastActivityAt agent { name } newestTask { status } } pageInfo { endCursor hasNextPage } } }`

export const NEWEST_PAGE = 'conversations, newest first'

/** Pages of conversations, by what they are filtered by. */
const PAGES: readonly (readonly [name: string, filter: (talk: Talk) => object])[] = [
  ['by activity', () => ({})],
  ['of an agent', ({ agentId }) => ({ agentId })],
  ['that failed', () => ({ newestTaskStatus: ['FAILED'] })],
  ['that wait or run', () => ({ newestTaskStatus: ['QUEUED', 'CLAIMED', 'RUNNING'] })],
  ['that were told FRESH', () => ({ lastOutcome: 'FRESH' })],
  ['by one reason', () => ({ lastReason: ['RUNTIME_MISMATCH'] })],
  ['of an agent, by one reason', ({ agentId }) => ({ agentId, lastReason: ['RUNTIME_MISMATCH'] })],
  ['searched, many found', () => ({ search: 'chat' })],
  ['searched, one found', () => ({ search: 'Chat 777' })],
  ['searched, none found', () => ({ search: 'nowhere' })],
]

/** From the middle on: as somebody who pages through reads it. */
const middle = ({ id, versions }: Talk) => ({
  id,
  after: Buffer.from(String(Math.floor(versions / 2))).toString('base64url'),
})
const at = ({ id, middlePosition }: Talk) => ({ id, at: middlePosition })

/** What is asked of the past, and in which conversations. */
const PAST: readonly (readonly [field: string, selection: string])[] = [
  ['pointer', '{ sessionId position }'],
  ['bindings', '{ sessionId state }'],
  ['explainResume', '{ outcome reason sessionId }'],
]
export const pastOf = (field: string, of: TalkName): string =>
  `${field}(at:) in the middle of the ${of === 'longer' ? 'long conversation, ten times' : 'long conversation'}`
export const PAST_FIELDS = PAST.map(([field]) => field)
const INTO_THE_PAST = PAST.flatMap(([field, selection]) =>
  (['long', 'longer'] as const).map((of): HistoryQuery => {
    const query = `query ($id: ID!, $at: Position) { chatSession(id: $id) { ${field}(at: $at) ${selection} } }`
    return { name: pastOf(field, of), query, of, variables: at }
  }),
)

export const HISTORY_QUERIES: readonly HistoryQuery[] = [
  { name: '50 events of a conversation of 100', query: EVENTS, of: 'short', variables: middle },
  { name: '50 events of the long conversation', query: EVENTS, of: 'long', variables: middle },
  { name: 'list of chats', query: LIST, of: 'long', variables: () => ({ filter: null }) },
  {
    name: 'list of chats, of an agent',
    query: LIST,
    of: 'long',
    variables: ({ agentId }) => ({ filter: { agentId } }),
  },
  {
    name: 'list of chats, archived (none)',
    query: LIST,
    of: 'long',
    variables: () => ({ filter: { status: 'ARCHIVED' } }),
  },
  {
    name: 'list of chats, searched, many found',
    query: LIST,
    of: 'long',
    variables: () => ({ filter: { search: 'chat' } }),
  },
  {
    name: 'list of chats, searched, one found',
    query: LIST,
    of: 'long',
    variables: () => ({ filter: { search: 'Chat 777' } }),
  },
  ...INTO_THE_PAST,
  {
    name: 'pointer of the long conversation, as it is now',
    query: `query ($id: ID!) { chatSession(id: $id) { pointer { sessionId position } } }`,
    of: 'long',
    variables: ({ id }) => ({ id }),
  },
  {
    name: NEWEST_PAGE,
    query: CONVERSATIONS,
    of: 'long',
    variables: () => ({ filter: null, orderBy: 'NEWEST' }),
  },
  ...PAGES.map(([name, filter]): HistoryQuery => {
    const variables = (talk: Talk) => ({ filter: filter(talk), orderBy: 'ACTIVITY' })
    return { name: `conversations ${name}`, compared: true, query: CONVERSATIONS, of: 'long', variables }
  }),
]
