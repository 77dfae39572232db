import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import { connect } from '../database/session.js'
import { isTooMany } from '../database/shared-pool.js'
import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'
import type { Channel, Parcel } from './wake-ups.js'

const CHANNEL = 'baton_wake_ups'
/** PostgreSQL refuses payloads of 8,000 bytes. */
const MAX_PAYLOAD = 7_500
const RECONNECT_MS = [50, 200, 1_000, 5_000]
/** Detects an idle connection that died silently. */
const PROBE_MS = 15_000
const PROBE = { text: 'SELECT 1', query_timeout: 5_000 }
/**
 * The pause between two messages: each costs a statement and wakes every process on the database. The first message
 * after a pause is sent at once.
 */
const PAUSE_MS = 20

const NOTIFY = statement('notify_wake_ups', `SELECT pg_notify('${CHANNEL}', $1)`)

export interface ChannelEvents {
  receive(parcel: Parcel): void
  /** Hints may have been lost: the connection was interrupted, or a message was too large. */
  lost(): void
  onError(error: Error): void
  /** The database refuses a connection because all are in use. */
  noRoom(): void
}

interface Message {
  from: string
  /** null if the hints do not fit into a message. */
  parcel: Parcel | null
}

/**
 * Carries hints by NOTIFY and LISTEN. One connection per process listens, and reconnects by itself. Hints are sent
 * after their commit, from a connection of the pool, and those within {@link PAUSE_MS} together. A NOTIFY inside the
 * transaction would serialise all commits of the cluster.
 */
export class PostgresChannel implements Channel {
  private readonly id = randomBytes(6).toString('base64url')
  private unsent: Parcel | null = null
  private sending = false
  private closed = false
  private client: Client | null = null

  constructor(
    private readonly databaseUrl: string,
    private readonly sql: Sql,
    private readonly events: ChannelEvents,
  ) {}

  /** Resolves when the channel first listens. */
  async open(): Promise<void> {
    await this.listen()
  }

  send({ runtimes, heads, signals }: Parcel): void {
    const before = this.unsent
    this.unsent = {
      runtimes: [...new Set([...(before?.runtimes ?? []), ...runtimes])],
      heads: { ...before?.heads, ...heads },
      signals: [...(before?.signals ?? []), ...(signals ?? [])],
    }
    if (!this.sending) this.flush().catch((error: Error) => this.events.onError(error))
  }

  /** Sends the remaining hints first. */
  async close(): Promise<void> {
    this.closed = true
    const parcel = this.unsent
    this.unsent = null
    if (parcel !== null) await this.notify(parcel).catch(() => undefined)
    await this.client?.end().catch(() => undefined)
  }

  private async flush(): Promise<void> {
    this.sending = true
    try {
      while (this.unsent !== null && !this.closed) {
        const parcel = this.unsent
        this.unsent = null
        await this.notify(parcel)
        await sleep(PAUSE_MS, undefined, { ref: false })
      }
    } catch (error) {
      // Other processes miss these hints. Their HeadWatch makes up for it.
      this.events.onError(error as Error)
    } finally {
      this.sending = false
    }
  }

  private async notify(parcel: Parcel): Promise<void> {
    await this.sql.rows(NOTIFY, [payloadOf({ from: this.id, parcel })])
  }

  private async listen(): Promise<void> {
    const client = await connect(this.databaseUrl, 'baton-listen', {})
    let gone = false
    const lose = (error?: Error): void => {
      if (gone) return
      gone = true
      if (error !== undefined && !this.closed) this.events.onError(error)
      client.end().catch(() => undefined)
      if (!this.closed) this.comeBack().catch((raised: Error) => this.events.onError(raised))
    }
    client.on('error', lose)
    client.on('end', () => lose())
    client.on('notification', ({ payload }) => this.take(payload ?? ''))
    try {
      await client.query(`LISTEN ${CHANNEL}`)
    } catch (error) {
      gone = true
      client.end().catch(() => undefined)
      throw error
    }
    this.client = client
    this.probe(client, lose).catch(lose)
  }

  private async comeBack(): Promise<void> {
    for (let attempt = 0; !this.closed; attempt++) {
      await sleep(RECONNECT_MS[Math.min(attempt, RECONNECT_MS.length - 1)])
      try {
        if (this.closed) return
        await this.listen()
        this.events.lost()
        return
      } catch (error) {
        this.events.onError(error as Error)
        if (isTooMany(error)) this.events.noRoom()
      }
    }
  }

  private async probe(client: Client, lose: (error: Error) => void): Promise<void> {
    while (!this.closed && this.client === client) {
      await sleep(PROBE_MS, undefined, { ref: false })
      try {
        await client.query(PROBE)
      } catch (error) {
        lose(error as Error)
        return
      }
    }
  }

  private take(payload: string): void {
    const { from, parcel } = JSON.parse(payload) as Message
    if (from === this.id) return
    if (parcel === null) this.events.lost()
    else this.events.receive(parcel)
  }
}

function payloadOf(message: Message): string {
  const payload = JSON.stringify(message)
  return Buffer.byteLength(payload) <= MAX_PAYLOAD ? payload : JSON.stringify({ from: message.from, parcel: null })
}
