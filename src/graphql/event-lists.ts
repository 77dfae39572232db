import { Prisma } from '../generated/prisma/client.js'
import type { SessionEvent } from '../generated/prisma/client.js'
import type { SessionEventType } from '../session-pointer/events.js'
import { CURRENT_SCHEMA_VERSION } from '../session-pointer/upcast.js'
import { callerOf } from './context.js'
import type { Context } from './context.js'
import { numberCursor, resolveConnection } from './keyset-connection.js'
import type { Connection, PageArgs } from './keyset-connection.js'
import { childSlice } from './loaders/pages.js'
import type { ChildRows, Filter } from './loaders/pages.js'

/** UNKNOWN stands for every type that this build does not know. */
type ShownEventType = SessionEventType | 'UNKNOWN'

const KNOWN_TYPES = Object.keys(CURRENT_SCHEMA_VERSION) as SessionEventType[]
const KNOWN: ReadonlySet<string> = new Set(KNOWN_TYPES)

export function shownType(type: string): ShownEventType {
  return KNOWN.has(type) ? (type as SessionEventType) : 'UNKNOWN'
}

/** Matches events of these types. With UNKNOWN among them, it excludes the known types that are not. */
function whereType(types: readonly ShownEventType[] | null | undefined): { in?: string[]; notIn?: string[] } {
  if (types == null) return {}
  if (types.includes('UNKNOWN')) return { notIn: KNOWN_TYPES.filter((type) => !types.includes(type)) }
  return { in: [...new Set(types)].sort() }
}

interface EventFilter {
  types?: readonly ShownEventType[] | null
  taskId?: string | null
  fromVersion?: number | null
}

function eventFilter({ types, taskId = null, fromVersion = null }: EventFilter): Filter {
  const type = whereType(types)
  const parts: Prisma.Sql[] = []
  if (type.in !== undefined) parts.push(Prisma.sql`AND t.type = ANY(${type.in}::text[])`)
  if (type.notIn !== undefined) parts.push(Prisma.sql`AND t.type <> ALL(${type.notIn}::text[])`)
  if (taskId !== null) parts.push(Prisma.sql`AND t."taskId" = ${taskId}`)
  if (fromVersion !== null) parts.push(Prisma.sql`AND t.version >= ${fromVersion}`)
  return {
    name: JSON.stringify([type, taskId, fromVersion]),
    sql: parts.length === 0 ? Prisma.empty : Prisma.join(parts, ' '),
  }
}

const OF_CONVERSATION: ChildRows<SessionEvent> = { table: 'session_event', parent: 'conversationId', key: 'version' }
const OF_TASK: ChildRows<SessionEvent> = { table: 'session_event', parent: 'taskId', key: 'version' }

const BY_VERSION = {
  order: 'asc' as const,
  keyOf: (event: SessionEvent) => event.version,
  parseCursor: numberCursor,
}

/** Events per query: converting the rows blocks the event loop for a millisecond or two. */
const READ_AT_ONCE = 200

/** Returns a page of the workspace's log, oldest first. */
export async function readLogPage(
  context: Context,
  after: string,
  first: number,
  types: readonly ShownEventType[] | null | undefined,
): Promise<SessionEvent[]> {
  const { workspaceId } = callerOf(context)
  const page: SessionEvent[] = []
  for (let position = BigInt(after); page.length < first;) {
    const take = Math.min(READ_AT_ONCE, first - page.length)
    const rows = await context.services.database.prisma.sessionEvent.findMany({
      where: { workspaceId, position: { gt: position }, type: whereType(types) },
      orderBy: { position: 'asc' },
      take,
    })
    page.push(...rows)
    position = rows.at(-1)?.position ?? position
    if (rows.length < take) break
    if (page.length < first) await context.loaders.turn()
  }
  return page
}

/** Returns the events of a conversation, oldest first. */
export function eventsOfConversation(
  context: Context,
  conversationId: string,
  args: PageArgs & EventFilter,
): Promise<Connection<SessionEvent>> {
  const filter = eventFilter(args)
  return resolveConnection(args, {
    ...BY_VERSION,
    rows: (slice) => childSlice(context.loaders, OF_CONVERSATION, conversationId, slice, filter),
  })
}

/** Returns the events of a task, oldest first. All belong to the task's conversation. */
export function eventsOfTask(context: Context, taskId: string, args: PageArgs): Promise<Connection<SessionEvent>> {
  return resolveConnection(args, {
    ...BY_VERSION,
    rows: (slice) => childSlice(context.loaders, OF_TASK, taskId, slice),
  })
}
