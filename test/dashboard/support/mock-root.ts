import { GraphQLError } from 'graphql'
import { mockAgents } from './mock-agents.js'
import { connection } from './mock-connection.js'
import type { PageArgs } from './mock-connection.js'
import { mockHealth } from './mock-health.js'
import { MockNodes } from './mock-nodes.js'
import { cancel, claim, complete, enqueue, pin, start } from './world-runs.js'
import { activityOf } from './world.js'
import type { World, WorldConversation, WorldEvent, WorldTask } from './world.js'

interface TaskFilter {
  status?: string[] | null
  kind?: string | null
}

interface ConversationFilter {
  kind?: string | null
  agentId?: string | null
  runtimeId?: string | null
  newestTaskStatus?: string[] | null
  lastOutcome?: string | null
  lastReason?: string[] | null
  archived?: boolean | null
  search?: string | null
}

interface EventsAfter {
  after?: string | null
  first?: number | null
}

/** Queries and mutations over a world, as root value of graphql-js: what the page uses, and no more. */
export function mockRoot(world: World, kind: string): Readonly<Record<string, unknown>> {
  const nodes = new MockNodes(world)
  const node = ({ id }: { id: string }) => {
    const conversation = world.conversations.find((one) => one.id === id)
    if (conversation !== undefined) return nodes.conversation(conversation)
    const agent = world.agents.find((one) => one.id === id)
    if (agent !== undefined) return nodes.agent(agent)
    const task = world.tasks.get(id)
    if (task !== undefined) return nodes.task(task)
    const event = id.startsWith('evt_') ? world.log.find((one) => one.id === id) : undefined
    return event === undefined ? null : nodes.event(event)
  }
  return {
    ...mockAgents(world, nodes, kind, () => refuse(kind)),
    node,
    chatSession: node,
    task: node,
    viewer: () => ({
      tokenId: 'tok_01k9person',
      name: 'maria',
      kind,
      daemonId: null,
      workspace: { id: 'ws_1', name: 'Checkout team' },
    }),
    runtimes: (args: PageArgs) => connection(world.runtimes.toReversed(), args, (runtime) => nodes.runtime(runtime)),
    nodes: ({ ids }: { ids: string[] }) => ids.map((id) => node({ id }) ?? nodes.message(id)),
    conversations: (args: PageArgs & { filter?: ConversationFilter | null }) => {
      const listed = world.conversations.filter((conversation) => isListed(world, conversation, args.filter ?? {}))
      const ordered = listed.toSorted((a, b) => activityOf(b).localeCompare(activityOf(a)))
      const page = connection(ordered, args, (conversation) => nodes.conversation(conversation))
      return { ...page, totalCount: listed.length, totalIsAtLeast: false }
    },
    tasks: (args: PageArgs & { filter?: TaskFilter | null; orderBy: string }) => {
      const listed = nodes.newestTasks((task) => passes(task, args.filter ?? {}))
      return connection(args.orderBy === 'OLDEST_FIRST' ? listed.toReversed() : listed, args, (task) =>
        nodes.task(task),
      )
    },
    sessionEvents: ({ after, first }: EventsAfter) =>
      world.log
        .slice(Number(after ?? 0))
        .slice(0, first ?? 100)
        .map((event) => nodes.event(event)),
    queueStats: () => statsOf([...world.tasks.values()]),
    ...mockHealth(world, nodes),
    serverTimers: { claimLease: 60, runLease: 300, heartbeat: 15, runtimeOffline: 45, queueTtl: 0, sweep: 1 },

    createChatSession: ({ input }: { input: { agentId: string; title: string } }) => {
      refuse(kind)
      return { chatSession: nodes.conversation(world.open(world.agent(input.agentId), input.title)) }
    },
    resetSession: ({ input }: { input: { conversationId: string; reason: string | null } }) => {
      refuse(kind)
      const conversation = world.conversation(input.conversationId)
      world.append(
        conversation,
        'SESSION_RESET',
        { actor: 'tok_01k9person' },
        { sessionId: null, reason: input.reason },
      )
      return { conversation: nodes.conversation(conversation) }
    },
    cancelTask: ({ input }: { input: { taskId: string; reason: string } }) => {
      refuse(kind)
      cancel(world, world.task(input.taskId), input.reason)
      return { task: nodes.task(world.task(input.taskId)) }
    },
    rerunTask: ({ input }: { input: { taskId: string } }) => {
      refuse(kind)
      const task = world.task(input.taskId)
      const again = enqueue(world, world.conversation(task.conversationId), task.prompt, { rerunOf: task.id })
      return { task: nodes.task(again) }
    },
    sendChatMessage: ({ input }: { input: { chatSessionId: string; content: string } }) => {
      refuse(kind)
      const conversation = world.conversation(input.chatSessionId)
      const task = enqueue(world, conversation, input.content)
      answerSoon(world, task)
      return { message: { id: conversation.messages.at(-1)?.id }, task: nodes.task(task) }
    },
  }
}

function isListed(world: World, conversation: WorldConversation, filter: ConversationFilter): boolean {
  const { issueKey, archived, agentId } = conversation
  const tasks = [...world.tasks.values()].filter(({ conversationId }) => conversationId === conversation.id)
  const newest = tasks.at(-1)
  const decision = tasks.findLast((task) => task.decision !== null)?.decision?.value
  const search = filter.search?.toLowerCase() ?? ''
  return [
    (filter.archived ?? archived) === archived,
    (filter.kind ?? null) === null || (filter.kind === 'ISSUE') === (issueKey !== null),
    (filter.agentId ?? agentId) === agentId,
    (filter.runtimeId ?? world.agent(agentId).runtimeId) === world.agent(agentId).runtimeId,
    filter.newestTaskStatus?.includes(newest?.status ?? '') ?? true,
    filter.lastOutcome == null || decision?.outcome === filter.lastOutcome,
    filter.lastReason?.includes(decision?.reason ?? '') ?? true,
    `${conversation.title} ${issueKey ?? ''}`.toLowerCase().includes(search),
  ].every(Boolean)
}

export function eventNode(world: World, event: WorldEvent): Readonly<Record<string, unknown>> {
  return new MockNodes(world).event(event)
}

function passes(task: WorldTask, { status, kind }: TaskFilter): boolean {
  return (status?.includes(task.status) ?? true) && (kind ?? task.kind) === task.kind
}

function refuse(kind: string): void {
  if (kind !== 'VIEWER') return
  throw new GraphQLError('A VIEWER token only reads. Use a MEMBER token.', { extensions: { code: 'FORBIDDEN' } })
}

function statsOf(tasks: readonly WorldTask[]) {
  const of = (status: string) => tasks.filter((task) => task.status === status)
  return {
    queued: of('QUEUED').length,
    claimed: of('CLAIMED').length,
    running: of('RUNNING').length,
    oldestQueuedAt: of('QUEUED')[0]?.createdAt ?? null,
  }
}

/** A daemon that is quick: it says what it does, then answers. */
function answerSoon(world: World, task: WorldTask): void {
  const steps = [
    () => claim(world, task),
    () => start(world, task),
    () => pin(world, task, task.decision?.value.sessionId ?? world.random.uuid(), '/home/maria/checkout'),
    () => task.progress.push({ seq: 0, kind: 'text', text: 'Reading the tests.', at: world.now() }),
    () => task.progress.push({ seq: 1, kind: 'tool', text: 'npm test -- checkout', at: world.now() }),
    () => complete(world, task, 'All of it passes now.'),
  ]
  steps.forEach((step, index) =>
    setTimeout(
      () => {
        world.pass(1_000)
        step()
      },
      700 * (index + 1),
    ).unref(),
  )
}
