import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { SNAPSHOT_EVERY } from '../../../src/session-pointer/when-stored.js'
import type { Talk } from './talk.js'

/** Copies of a conversation's events, time and again, as one conversation. Digests and tasks are the first one's: only reading is asked of it. */
const COPY = [
  `INSERT INTO conversation SELECT (jsonb_populate_record(c, jsonb_build_object('id', $2::text, 'version', c.version * $3::int))).*
   FROM conversation c WHERE c.id = $1`,
  `INSERT INTO conversation_listing SELECT (jsonb_populate_record(l, jsonb_build_object('conversationId', $2::text))).*
   FROM conversation_listing l WHERE l."conversationId" = $1 AND $3::int > 0`,
  `INSERT INTO session_event SELECT (jsonb_populate_record(e, jsonb_build_object('conversationId', $2::text,
     'version', e.version + n * c.version, 'position', h.position + e.version + n * c.version, 'id', e.id || '_' || n))).*
   FROM session_event e JOIN conversation c ON c.id = e."conversationId" CROSS JOIN log_head h
     CROSS JOIN generate_series(0, $3::int - 1) n WHERE e."conversationId" = $1`,
  `UPDATE log_head SET position = (SELECT max(position) FROM session_event)
   WHERE $1::text <> $2::text AND $3::int > 0`,
]

/** Ten times as long a conversation as this one. */
export async function tenfold(databaseUrl: string, talk: Talk): Promise<Talk> {
  const id = `${talk.id.slice(0, -4)}zzzz`
  await asked(databaseUrl, async (client) => {
    for (const text of COPY) await client.query(text, [talk.id, id, 10])
    await client.query('VACUUM ANALYZE session_event')
  })
  return { ...talk, id, versions: talk.versions * 10 }
}

/** As dear as it gets in the middle: the position of the event before one that has a snapshot. */
export async function dearestMiddle(databaseUrl: string, talk: Talk): Promise<Talk> {
  const version = Math.floor(talk.versions / 2 / SNAPSHOT_EVERY) * SNAPSHOT_EVERY + SNAPSHOT_EVERY - 1
  const text = 'SELECT position::text AS position FROM session_event WHERE "conversationId" = $1 AND version = $2'
  return asked(databaseUrl, async (client) => {
    const { rows } = await client.query<{ position: string }>(text, [talk.id, Math.min(version, talk.versions)])
    return { ...talk, middlePosition: rows[0]?.position ?? '0' }
  })
}

/** Resolves when a server that has started has made the snapshots that the conversation lacked. Returns how many seconds that took. */
export async function snapshotsMade(databaseUrl: string, { id, versions }: Talk): Promise<number> {
  const from = performance.now()
  const text = 'SELECT count(*)::int AS made FROM session_snapshot WHERE "conversationId" = $1'
  return asked(databaseUrl, async (client) => {
    for (;;) {
      const { rows } = await client.query<{ made: number }>(text, [id])
      if ((rows[0]?.made ?? 0) >= Math.floor(versions / SNAPSHOT_EVERY)) return (performance.now() - from) / 1000
      await sleep(100)
    }
  })
}

async function asked<T>(databaseUrl: string, ask: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    return await ask(client)
  } finally {
    await client.end()
  }
}
