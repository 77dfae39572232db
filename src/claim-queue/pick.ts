import { activeCount } from './active-count.js'
import { agentsWithWork } from './agents-with-work.js'
import { statement } from '../database/sql.js'
import { CLAIMABLE } from './states.js'
import { cools } from './cooling.js'

/** How many claimable tasks of one runtime a caller would take. */
export interface Ask {
  workspaceId: string
  runtimeId: string
  /** At least 1. */
  want: number
}

export interface Picked {
  workspaceId: string
  runtimeId: string
  taskId: string
  conversationId: string
  agentId: string
  priority: number
}

/**
 * Candidates of an agent beyond the wanted number, to fall back on where others have locked the first ones. Each costs two
 * look-ups by key, so the first pick takes none: of 32 runtimes it cost 14 ms with 16 spares, and most of it for them.
 */
const SPARES = 16
/**
 * Where a runtime's work is of several agents, so many candidates beyond the wanted number are looked up; with spares, those of
 * four agents more. Where others hold all of these, the claim waits for them and looks again. Looking up all that the agents had, 54 of them with 32 tasks
 * each, took 18 of 27 ms.
 */
const LOOKED_UP = 4

/**
 * Per runtime: walks the agents that have READY rows there (a loose index scan), drops those without room, takes
 * the best few of each, and locks the best of all, conversation and row, passing over what others hold.
 * Never waits for a lock, so it can stand anywhere in the lock order. The conversation comes first: a row locked
 * for a conversation that then turns out to be held would block that conversation's holder, who may be waited for here.
 * Its cost grows with the number of agents that have claimable work on the runtime, with nothing else. A runtime that is
 * deregistered, or cools down, gets nothing.
 *
 * Locks up to the wanted number of claimable tasks of each runtime, best first. More of an agent's tasks than it has room for
 * come last, as spares.
 *
 * The room seen here is a snapshot: claims of one agent by several servers are counted again under the agent's lock.
 */
export const PICK = statement(
  'pick_claimable',
  `WITH RECURSIVE asked AS (
     SELECT x.w, x.rt, x.want FROM unnest($1::text[], $2::text[], $3::int[]) AS x(w, rt, want) CROSS JOIN LATERAL (
       SELECT FROM runtime t WHERE t."workspaceId" = x.w AND t.id = x.rt AND t."deregisteredAt" IS NULL
         AND ${cools('t', '$6::timestamptz')} IS NOT TRUE OFFSET 0) t
   ), ${agentsWithWork('$5', ['want'])}, room AS MATERIALIZED (
     SELECT g.*, a."maxConcurrentTasks"
       - ${activeCount('g.w', 'g.agent')} AS room
     FROM agents g JOIN agent a ON a."workspaceId" = g.w AND a.id = g.agent
   ), best AS MATERIALIZED (
     SELECT r.w, r.rt, b."taskId",
       row_number() OVER (PARTITION BY r.w, r.rt ORDER BY b.k > r.room, b.priority DESC, b."taskId") AS n
     FROM room r CROSS JOIN LATERAL (
       SELECT q."taskId", q.priority, row_number() OVER (ORDER BY q.priority DESC, q."taskId") AS k
       FROM dispatch q
       WHERE q."workspaceId" = r.w AND q."runtimeId" = r.rt AND q.state = $5 AND q."agentId" = r.agent
       ORDER BY q.priority DESC, q."taskId" LIMIT least(r.want, r.room) + $4::int) b
     WHERE r.room > 0
   )
   SELECT a.w AS "workspaceId", a.rt AS "runtimeId", p.*
   FROM asked a CROSS JOIN LATERAL (
     SELECT q."taskId", q."conversationId", q."agentId", q.priority
     FROM best b
       JOIN dispatch q ON q."workspaceId" = b.w AND q."taskId" = b."taskId"
       JOIN conversation c ON c."workspaceId" = b.w AND c.id = q."conversationId"
     WHERE b.rt = a.rt AND b.n <= a.want + ${LOOKED_UP} + 4 * $4 AND q.state = $5
     ORDER BY b.n LIMIT a.want
     FOR UPDATE OF c, q SKIP LOCKED) p`,
)

/** Each runtime is asked for once. `again`: an earlier pick got nothing, so this one looks beyond the candidates that others may hold. */
export function pickValues(asks: readonly Ask[], again: boolean, now: Date): unknown[] {
  return [
    asks.map((ask) => ask.workspaceId),
    asks.map((ask) => ask.runtimeId),
    asks.map((ask) => ask.want),
    again ? SPARES : 0,
    CLAIMABLE,
    now,
  ]
}
