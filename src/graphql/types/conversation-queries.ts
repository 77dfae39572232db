import type { ConversationRow } from '../../use-cases/transaction/conversation-work.js'
import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import type { Context } from '../context.js'
import { ConversationList, parsePlace, placeKey } from '../conversation-lists.js'
import type { ConversationFilter, ConversationOrder, Listed } from '../conversation-lists.js'
import { id as idRule, search as searchRule } from '../input-rules.js'
import { PAGE_REACH, resolveConnection } from '../keyset-connection.js'
import type { Connection, PageArgs, Slice, Stretch } from '../keyset-connection.js'
import { conversationById } from '../loaders/rows.js'
import { ConversationConnection, ConversationRef } from '../refs.js'
import type { ConversationCount } from '../refs.js'
import { ResumeOutcomeRef, ResumeReasonRef } from './decision-enums.js'
import { TaskKindRef, TaskStatusRef } from './task-enums.js'

const MOST_COUNTED = 10_000

const ConversationOrderRef = builder.enumType('ConversationOrder', {
  description: 'Order of a list of conversations.',
  values: {
    ACTIVITY: { description: 'Most recent activity first.' },
    NEWEST: { description: 'Most recently created first.' },
  },
})

const ConversationFilterRef = builder.inputType('ConversationFilter', {
  description: 'Conditions on conversations. A conversation must meet all of them; null conditions are ignored.',
  fields: (t) => ({
    kind: t.field({ type: TaskKindRef, description: '`CHAT`: chat sessions. `ISSUE`: issue threads.' }),
    agentId: t.id({ validate: idRule, description: 'Agent of the conversation (`agt_...`).' }),
    runtimeId: t.id({ validate: idRule, description: 'Current runtime of the agent (`rt_...`).' }),
    newestTaskStatus: t.field({ type: [TaskStatusRef], description: 'Statuses, one of which the newest task has.' }),
    lastOutcome: t.field({
      type: ResumeOutcomeRef,
      description:
        "Outcome of the newest claim's decision. A claim counts once its run starts, or once it ends without a start.",
    }),
    lastReason: t.field({
      type: [ResumeReasonRef],
      description: "Reasons, one of which the newest claim's decision has. Claims count as for `lastOutcome`.",
    }),
    archived: t.boolean({
      defaultValue: false,
      description: 'False: conversations that are not archived. True: archived chat sessions. Null: both.',
    }),
    search: t.string({
      validate: searchRule,
      description:
        'Text that the title contains, at most 512 characters. Upper and lower case match each other. The title ' +
        'of an issue thread is that of its newest task, or its issue key if that task has none.',
    }),
  }),
})

async function page(
  context: Context,
  args: PageArgs & { filter?: ConversationFilter | null; orderBy?: ConversationOrder | null },
): Promise<Connection<ConversationRow> & { count: () => Promise<ConversationCount> }> {
  const { workspaceId, tokenId } = callerOf(context)
  const { prisma } = context.services.database
  const inLine = <T>(look: () => Promise<T>) => context.services.searches.run(tokenId, look)
  const list = new ConversationList(workspaceId, args.filter ?? { archived: false }, args.orderBy ?? 'ACTIVITY')
  const places = new Map<string, string>()
  const reach = async (stretch: Stretch<string>): Promise<string | null> => {
    const [end] = await prisma.$queryRaw<Listed[]>(list.reach(stretch))
    return end === undefined ? null : placeKey(end.at, end.id)
  }
  const connection = await resolveConnection(args, {
    order: 'desc',
    keyOf: ({ id }: ConversationRow) => places.get(id) ?? '',
    parseCursor: parsePlace,
    rows: async (slice: Slice<string>) => {
      const listed = await prisma.$queryRaw<Listed[]>(list.rows(slice))
      for (const { id, at } of listed) places.set(id, placeKey(at, id))
      const rows = await Promise.all(listed.map(async ({ id }) => context.loaders.load(conversationById, id)))
      return rows.filter((row) => row !== null)
    },
    ...(list.looksAtEach && { reach, inLine }),
  })
  const count = async (): Promise<ConversationCount> => {
    const end = list.looksAtEach ? await reach({ range: {}, order: 'desc' }) : null
    const [row] = await prisma.$queryRaw<{ count: number }[]>(
      list.count(end === null ? {} : { gte: end }, MOST_COUNTED + 1),
    )
    const found = row?.count ?? 0
    return { totalCount: Math.min(found, MOST_COUNTED), totalIsAtLeast: found > MOST_COUNTED || end !== null }
  }
  let counted: Promise<ConversationCount> | null = null
  return Object.assign(connection, { count: () => (counted ??= inLine(count)) })
}

builder.queryField('conversations', (t) =>
  t.connection(
    {
      type: ConversationRef,
      description:
        'The chat sessions and issue threads of the workspace. An index serves the order `ACTIVITY` with at most one of ' +
        'these filters: `agentId`; `runtimeId`; `lastOutcome`, `lastReason` or both; `newestTaskStatus` (`QUEUED`, ' +
        '`CLAIMED` and `RUNNING` all together or not at all). ' +
        `With any other filter, a page scans about ${PAGE_REACH.toLocaleString('en')} conversations at most. It may return ` +
        'fewer entries than requested, or none, although more follow: continue with `endCursor` while `hasNextPage` is true.',
      authScopes: { read: true },
      args: {
        filter: t.arg({
          type: ConversationFilterRef,
          description: 'Conditions that the conversations meet. Null: all that are not archived.',
        }),
        orderBy: t.arg({
          type: ConversationOrderRef,
          defaultValue: 'ACTIVITY',
          description:
            'Order of the list. With `ACTIVITY`, a conversation that becomes active while you page can appear twice.',
        }),
      },
      resolve: (_root, args, context) => page(context, args),
    },
    ConversationConnection,
  ),
)
