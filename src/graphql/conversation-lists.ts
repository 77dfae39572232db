import { Prisma } from '../generated/prisma/client.js'
import type { ResumeOutcome, ResumeReason, TaskKind } from '../session-pointer/events.js'
import type { TaskStatus } from '../tasks/task-state.js'
import { idPrefix } from '../database/ids.js'
import { PAGE_REACH } from './keyset-connection.js'
import type { Slice, Stretch } from './keyset-connection.js'

export type ConversationOrder = 'ACTIVITY' | 'NEWEST'

export interface ConversationFilter {
  kind?: TaskKind | null
  agentId?: string | null
  runtimeId?: string | null
  newestTaskStatus?: readonly TaskStatus[] | null
  lastOutcome?: ResumeOutcome | null
  lastReason?: readonly ResumeReason[] | null
  archived?: boolean | null
  search?: string | null
}

/** A conversation's sort key in a list: time, then id. Keys sort as text, because all times have the same format. */
export function placeKey(at: Date, id: string): string {
  return `${at.toISOString()} ${id}`
}

export function parsePlace(text: string): string | null {
  const [at = '', id = '', ...more] = text.split(' ')
  const prefix = idPrefix(id)
  const known = more.length === 0 && (prefix === 'chat' || prefix === 'issue')
  return known && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(at) && !Number.isNaN(Date.parse(at)) ? text : null
}

export interface Listed {
  id: string
  at: Date
}

/** The leading condition of an index: entries with one of these values. */
interface Driver {
  values: Prisma.Sql
  condition: Prisma.Sql
}

const EVERY: Driver = { values: Prisma.sql`SELECT NULL::text`, condition: Prisma.empty }

/** The SQL of a list of a workspace's conversations: ranges of one index, merged. */
export class ConversationList {
  private readonly time: Prisma.Sql
  private readonly driver: Driver
  private readonly rest: Prisma.Sql
  /** Whether a condition remains that the index does not cover. */
  readonly looksAtEach: boolean

  constructor(
    private readonly workspaceId: string,
    private readonly filter: ConversationFilter,
    order: ConversationOrder,
  ) {
    this.time = order === 'ACTIVITY' ? Prisma.sql`l."lastActivityAt"` : Prisma.sql`l."createdAt"`
    const conditions = this.conditions()
    // Only the order by activity has indexes for the filter conditions.
    const [first, ...others] = order === 'ACTIVITY' ? conditions : []
    this.driver = first?.driver ?? EVERY
    const left = [...(first === undefined ? conditions : others).map(({ among }) => among), ...this.unindexed()]
    this.looksAtEach = left.length > 0
    this.rest = left.length === 0 ? Prisma.empty : Prisma.sql`AND ${Prisma.join(left, ' AND ')}`
  }

  rows({ range, order, take }: Slice<string>): Prisma.Sql {
    return Prisma.sql`SELECT * FROM (${this.entries({ range, order }, this.rest, Prisma.sql`LIMIT ${take}`)}) f
      ORDER BY f.at ${Prisma.raw(order)}, f.id ${Prisma.raw(order)} LIMIT ${take}`
  }

  /** The last entry that a page scans: PAGE_REACH entries, divided evenly among the merged ranges. */
  reach({ range, order }: Stretch<string>): Prisma.Sql {
    const skip = Prisma.sql`OFFSET greatest(${PAGE_REACH} / (SELECT greatest(count(*), 1) FROM stretches), 1) LIMIT 1`
    const back = Prisma.raw(order)
    return Prisma.sql`SELECT * FROM (${this.entries({ range, order }, Prisma.empty, skip)}) f
      ORDER BY f.at ${back}, f.id ${back} LIMIT 1`
  }

  count(range: Stretch<string>['range'], most: number): Prisma.Sql {
    const entries = this.entries({ range, order: 'desc' }, this.rest, Prisma.sql`LIMIT ${most}`)
    return Prisma.sql`SELECT count(*)::int AS count FROM (SELECT FROM (${entries}) f LIMIT ${most}) counted`
  }

  private entries({ range, order }: Stretch<string>, rest: Prisma.Sql, limit: Prisma.Sql): Prisma.Sql {
    const back = Prisma.raw(order)
    const archived = this.filter.archived == null ? [false, true] : [this.filter.archived]
    return Prisma.sql`WITH stretches AS MATERIALIZED (
        SELECT a.archived, v.value FROM unnest(${archived}::boolean[]) AS a(archived), (${this.driver.values}) AS v(value))
      SELECT s.* FROM stretches x CROSS JOIN LATERAL (
        SELECT l."conversationId" AS id, ${this.time} AS at FROM conversation_listing l
        WHERE l."workspaceId" = ${this.workspaceId} AND l.archived = x.archived ${this.driver.condition}
          ${this.bounds(range)} ${rest}
        ORDER BY ${this.time} ${back}, l."conversationId" ${back} ${limit}) s`
  }

  private bounds(range: Stretch<string>['range']): Prisma.Sql {
    const operators = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const
    const parts = (Object.keys(operators) as (keyof typeof operators)[]).flatMap((name) => {
      const [at, id] = range[name]?.split(' ') ?? []
      if (at === undefined || id === undefined) return []
      return [
        Prisma.sql`AND (${this.time}, l."conversationId") ${Prisma.raw(operators[name])} (${at}::timestamptz, ${id})`,
      ]
    })
    return parts.length === 0 ? Prisma.empty : Prisma.join(parts, ' ')
  }

  /** The conditions that an index covers, most selective first: each as the index's driver, and as a plain condition. */
  private conditions(): { driver: Driver; among: Prisma.Sql }[] {
    const { agentId, runtimeId } = this.filter
    const found: { driver: Driver; among: Prisma.Sql }[] = []
    const by = (column: Prisma.Sql, values: Prisma.Sql) =>
      found.push({
        driver: { values, condition: Prisma.sql`AND ${column} = x.value` },
        among: Prisma.sql`${column} IN (${values})`,
      })
    if (agentId != null) by(Prisma.sql`l."agentId"`, Prisma.sql`SELECT ${agentId}::text`)
    if (runtimeId != null) {
      by(
        Prisma.sql`l."agentId"`,
        Prisma.sql`SELECT g.id FROM agent g WHERE g."workspaceId" = ${this.workspaceId} AND g."runtimeId" = ${runtimeId}`,
      )
    }
    const reasons = reasonsOf(this.filter)
    if (reasons !== null) by(Prisma.sql`l."lastReason"`, Prisma.sql`SELECT unnest(${reasons}::text[])`)
    if (this.filter.newestTaskStatus != null) {
      const collapsed = distinct(this.filter.newestTaskStatus.map(collapse))
      by(Prisma.sql`l."newestTaskStatus"`, Prisma.sql`SELECT unnest(${collapsed}::text[])`)
    }
    return found
  }

  private unindexed(): Prisma.Sql[] {
    const { kind, search } = this.filter
    const parts: Prisma.Sql[] = []
    if (kind != null) parts.push(Prisma.sql`l.kind = ${kind}`)
    if (search != null && search !== '') {
      parts.push(Prisma.sql`l.title ILIKE ${`%${search.replaceAll(/[\\%_]/g, '\\$&')}%`}`)
    }
    const open = distinct((this.filter.newestTaskStatus ?? []).filter((status) => collapse(status) === 'OPEN'))
    if (open.length > 0 && open.length < OPEN.length) {
      parts.push(Prisma.sql`(l."newestTaskStatus" <> 'OPEN' OR (SELECT t.status FROM task t
        WHERE t."workspaceId" = l."workspaceId" AND t.id = l."newestTaskId") = ANY(${open}::text[]))`)
    }
    return parts
  }
}

const OPEN: readonly TaskStatus[] = ['QUEUED', 'CLAIMED', 'RUNNING']

/** The status as the listing stores it, where a claim changes nothing. */
function collapse(status: TaskStatus): string {
  return OPEN.includes(status) ? 'OPEN' : status
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)]
}

const OUTCOMES: Record<ResumeReason, ResumeOutcome | null> = {
  SAME_RUNTIME: 'RESUME',
  NO_PRIOR_SESSION: 'FRESH',
  RUNTIME_MISMATCH: 'FRESH',
  RUNTIME_UNKNOWN: 'FRESH',
  SESSION_POISONED: 'FRESH',
  SESSION_RETIRED: 'FRESH',
  SESSION_RESET: 'FRESH',
  SESSION_NOT_DURABLE: 'FRESH',
  RESUME_FAILING: 'FRESH',
  AGENT_CHANGED: 'FRESH',
  ACCOUNT_CHANGED: 'FRESH',
  STORE_CHANGED: 'FRESH',
  TOO_OLD: 'FRESH',
  FORCED_FRESH: 'FRESH',
  RESUME_DISABLED: 'FRESH',
  UNKNOWN_HISTORY: 'FRESH',
  // Appears on candidates only, never as the reason of a decision.
  SUPERSEDED: null,
}

/** The reasons that a filter matches: a reason determines its outcome. null: any. */
function reasonsOf({ lastOutcome, lastReason }: ConversationFilter): ResumeReason[] | null {
  if (lastOutcome == null && lastReason == null) return null
  const asked = distinct(lastReason ?? (Object.keys(OUTCOMES) as ResumeReason[]))
  return lastOutcome == null ? asked : asked.filter((reason) => OUTCOMES[reason] === lastOutcome)
}
