import type { Clock } from '../../database/clock.js'
import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import type { Leaver } from '../../wake-ups/leaver.js'
import type { Caller } from '../calls/caller.js'

/**
 * A token that something needs for longer than its request. `onLeave` calls back once, when the token ends. The holder
 * calls `release` when it no longer needs the token.
 */
export interface TokenHold extends Leaver {
  /** The token was revoked or has expired. */
  readonly ended: boolean
  release(): void
}

/**
 * The tokens that are still valid. Everything that outlives one request registers here, and ends when its token ends:
 * - a GraphQL subscription of any kind, by itself: see graphql/subscription-plugin.ts;
 * - a claim that waits: see claim-task.ts;
 * - anything else calls `hold(caller)`, ends when it hears of the end, and calls `release()` however it ends.
 */
export interface Tokens {
  hold(caller: Caller): TokenHold
  /** Asks the database. */
  isCurrent(caller: Caller): Promise<boolean>
}

/**
 * Half of the promised delay: another cache accepts a token for the same time (auth.ts), and both together must stay below
 * 5 seconds.
 */
const LOOK_EVERY_MS = 2_000

const CURRENT = statement(
  'current_tokens',
  `SELECT t."workspaceId", t.id FROM unnest($1::text[], $2::text[]) AS held ("workspaceId", id)
     JOIN api_token t ON t."workspaceId" = held."workspaceId" AND t.id = held.id
    WHERE t."revokedAt" IS NULL AND (t."expiresAt" IS NULL OR t."expiresAt" > $3)`,
)

type Holder = Pick<Caller, 'workspaceId' | 'tokenId'>

/** Checks all held tokens of the process with one query every 2 seconds; with none while no token is held. */
export class TokenWatch implements Tokens {
  private readonly held = new Map<string, { caller: Holder; holds: Set<Hold> }>()
  private timer: NodeJS.Timeout | null = null
  private looking = false

  constructor(
    private readonly sql: Sql,
    private readonly clock: Clock,
    /** Receives the error of a failed check; the next check makes up for it. */
    private readonly onError: (error: Error) => void,
  ) {}

  hold(caller: Caller): TokenHold {
    const key = keyOf(caller)
    const entry = this.held.get(key) ?? { caller, holds: new Set<Hold>() }
    this.held.set(key, entry)
    const hold = new Hold(() => {
      entry.holds.delete(hold)
      if (entry.holds.size === 0 && this.held.get(key) === entry) this.held.delete(key)
      if (this.held.size === 0) this.close()
    })
    entry.holds.add(hold)
    this.timer ??= setInterval(() => this.look(), LOOK_EVERY_MS).unref()
    return hold
  }

  async isCurrent(caller: Caller): Promise<boolean> {
    return (await this.current([caller])).has(keyOf(caller))
  }

  /** Checks now instead of at the next interval, because a token was revoked in this process. */
  look(): void {
    if (this.looking || this.held.size === 0) return
    this.looking = true
    this.endTheEnded()
      .catch(this.onError)
      .finally(() => (this.looking = false))
  }

  close(): void {
    clearInterval(this.timer ?? undefined)
    this.timer = null
  }

  private async endTheEnded(): Promise<void> {
    // Tokens held from now on wait for the next check.
    const entries = [...this.held]
    const current = await this.current(entries.map(([, { caller }]) => caller))
    for (const [key, { holds }] of entries) {
      if (!current.has(key)) for (const hold of [...holds]) hold.end()
    }
  }

  private async current(callers: readonly Holder[]): Promise<ReadonlySet<string>> {
    const rows = await this.sql.rows<{ workspaceId: string; id: string }>(CURRENT, [
      callers.map(({ workspaceId }) => workspaceId),
      callers.map(({ tokenId }) => tokenId),
      this.clock.now(),
    ])
    return new Set(rows.map(({ workspaceId, id }) => keyOf({ workspaceId, tokenId: id })))
  }
}

class Hold implements TokenHold {
  ended = false
  private hearers: Set<() => void> | null = null

  constructor(readonly release: () => void) {}

  onLeave(hear: () => void): () => void {
    if (this.ended) {
      hear()
      return () => undefined
    }
    this.hearers ??= new Set()
    this.hearers.add(hear)
    return () => this.hearers?.delete(hear)
  }

  end(): void {
    this.ended = true
    this.release()
    for (const hear of [...(this.hearers ?? [])]) hear()
  }
}

function keyOf({ workspaceId, tokenId }: Holder): string {
  return `${workspaceId}/${tokenId}`
}

/** For code without tokens: commands, tests. */
export const unendingTokens: Tokens = {
  hold: () => ({ ended: false, onLeave: () => () => undefined, release: () => undefined }),
  isCurrent: () => Promise.resolve(true),
}
