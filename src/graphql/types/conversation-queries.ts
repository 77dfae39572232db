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
  description: 'The order of a list of conversations.',
  values: {
    ACTIVITY: { description: 'The one in which something happened last comes first.' },
    NEWEST: { description: 'The one opened last comes first.' },
  },
})

const ConversationFilterRef = builder.inputType('ConversationFilter', {
  description: 'Which conversations to list: those that all given conditions hold for.',
  fields: (t) => ({
    kind: t.field({ type: TaskKindRef, description: 'Chat sessions only, or issue threads only.' }),
    agentId: t.id({ validate: idRule, description: 'Held with this agent.' }),
    runtimeId: t.id({ validate: idRule, description: 'Held with an agent that is on this runtime now.' }),
    newestTaskStatus: t.field({ type: [TaskStatusRef], description: 'Whose newest task is in one of these.' }),
    lastOutcome: t.field({
      type: ResumeOutcomeRef,
      description: 'Whose newest claim was told this. A claim counts from its start, or its end if it never starts.',
    }),
    lastReason: t.field({ type: [ResumeReasonRef], description: 'As lastOutcome, for one of these reasons.' }),
    archived: t.boolean({
      defaultValue: false,
      description: 'false: those in use. true: archived chat sessions. null: both.',
    }),
    search: t.string({
      validate: searchRule,
      description:
        "The title contains this text, in whatever case. Of an issue thread the newest task's, else its key.",
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
        'Chat sessions and issue threads in one list. A page that is filtered by more than one of agentId or runtimeId, ' +
        'lastOutcome or lastReason, and newestTaskStatus, by kind, by search, by some of QUEUED, CLAIMED and RUNNING, or at ' +
        `all with NEWEST, looks at about ${PAGE_REACH.toLocaleString('en')} conversations at most: it may then hold fewer ` +
        'than were asked for, even none, and `hasNextPage` and `endCursor` say where to go on.',
      authScopes: { read: true },
      args: {
        filter: t.arg({ type: ConversationFilterRef, description: 'Which of them; null: all that are not archived.' }),
        orderBy: t.arg({
          type: ConversationOrderRef,
          defaultValue: 'ACTIVITY',
          description: 'In which order. One that moves while you page in the order of activity may come twice.',
        }),
      },
      resolve: (_root, args, context) => page(context, args),
    },
    ConversationConnection,
  ),
)
