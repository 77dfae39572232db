import { Client } from 'pg'

/** `ownConversations`: each copy of a task opens another issue; `oneConversation`: all wait in the first one's. */
export type CopiesIn = 'ownConversations' | 'oneConversation'

/** What the server writes for a task that waits. */
const TABLES = [
  'conversation',
  'conversation_listing',
  'task_row',
  'task_content',
  'dispatch',
  'session_event',
] as const
type Table = (typeof TABLES)[number]

/** SQL in place of the value that the copied row has. */
type Changes = Record<string, string>

/** An id that ends otherwise, and no other copy's. */
const copyOf = (id: string) => `left(${id}, -7) || lpad(to_hex(n), 7, '0')`

/**
 * Queues of any length, made in the database from rows that the server itself wrote for one task: whatever it writes, the copies
 * have too. Only digests are the first one's: a claim does not look at them, and `verify` is not asked about these.
 */
export class QueueFiller {
  #held: string[] = []
  readonly #columns = new Map<Table, readonly string[]>()

  private constructor(private readonly client: Client) {}

  /** Keeps what the server has written for the tasks that wait now, as what copies are made of. */
  static async open(databaseUrl: string): Promise<QueueFiller> {
    const client = new Client({ connectionString: databaseUrl })
    await client.connect()
    await client.query(`SET session_replication_role = replica; CREATE SCHEMA first`)
    const filler = new QueueFiller(client)
    for (const table of TABLES) {
      const { fields } = await client
        .query(`CREATE TABLE first.${table} AS SELECT * FROM ${table}`)
        .then(() => client.query(`SELECT * FROM ${table} LIMIT 0`))
      filler.#columns.set(
        table,
        fields.map(({ name }) => name),
      )
    }
    return filler
  }

  /** Nothing waits, nothing is claimed, and there is no history: every measurement begins like this. */
  async empty(): Promise<void> {
    await this.client.query(`TRUNCATE ${TABLES.join(', ')}, session_snapshot, request_record`)
  }

  /** `count` copies of each of these tasks. */
  async fill(taskIds: readonly string[], count: number, copiesIn: CopiesIn): Promise<void> {
    const own = copiesIn === 'ownConversations'
    const numbers = `CROSS JOIN generate_series(1, ${count}) n`
    const conversationId: Changes = own ? { conversationId: copyOf('x."conversationId"') } : {}
    await this.client.query('BEGIN')
    const opened: Changes = {
      id: copyOf('x.id'),
      issueKey: `CASE x.kind WHEN 'ISSUE' THEN 'ISSUE-' || n END`,
      title: `'Chat ' || n`,
    }
    const grown: Changes = { version: `${count + 1}`, state: `x.state || '{"version": ${count + 1}}'` }
    await this.copy(taskIds, 'conversation', {
      ...(own ? { join: numbers, changes: opened } : { join: '', changes: grown }),
      of: 'x.id = t."conversationId"',
    })
    const listed = { conversationId: copyOf('x."conversationId"'), title: opened['title'] ?? '' }
    await this.copy(taskIds, 'conversation_listing', {
      ...(own ? { join: numbers, changes: listed } : { join: '', changes: {} }),
      of: 'x."conversationId" = t."conversationId"',
    })
    await this.copy(taskIds, 'task_row', {
      join: numbers,
      of: 'x.id = t.id',
      changes: { id: copyOf('x.id'), ...conversationId },
    })
    const taskId = copyOf('x."taskId"')
    await this.copy(taskIds, 'task_content', { join: numbers, of: 'x."taskId" = t.id', changes: { taskId } })
    const state = own ? `'READY'` : `CASE n WHEN 1 THEN 'READY' ELSE 'BEHIND' END`
    const queued = { taskId, state, ...conversationId }
    await this.copy(taskIds, 'dispatch', { join: numbers, of: 'x."taskId" = t.id', changes: queued })
    await this.copyEvents(taskIds, numbers, own)
    await this.client.query('COMMIT')
  }

  /** Other statements, in their order. */
  async change(...texts: readonly string[]): Promise<void> {
    for (const text of texts) await this.client.query(text)
  }

  /** After all filling: statistics as autovacuum would have them, and no checkpoint left to fall into a measurement. */
  async settle(): Promise<void> {
    await this.client.query(`VACUUM ANALYZE ${TABLES.join(', ')}`)
    await this.client.query('CHECKPOINT')
  }

  /** Agents have room again. What was claimed stays behind without anybody who holds it. */
  async forgetClaims(): Promise<void> {
    await this.client.query(`DELETE FROM dispatch WHERE state = 'HELD' AND "taskId" <> ALL($1)`, [this.#held])
  }

  /** What is claimed now stays claimed, whatever is forgotten later. */
  async keepClaims(): Promise<void> {
    const { rows } = await this.client.query<{ id: string }>(`SELECT "taskId" AS id FROM dispatch WHERE state = 'HELD'`)
    this.#held = rows.map(({ id }) => id)
  }

  /** Runtimes where nothing waits any more. */
  async dryRuntimes(runtimeIds: readonly string[]): Promise<number> {
    const { rows } = await this.client.query<{ dry: number }>(
      `SELECT count(*)::int AS dry FROM unnest($1::text[]) id
       WHERE NOT EXISTS (SELECT 1 FROM dispatch q WHERE q."runtimeId" = id AND q.state <> 'HELD')`,
      [runtimeIds],
    )
    return rows[0]?.dry ?? 0
  }

  async close(): Promise<void> {
    await this.client.end()
  }

  private async copy(
    taskIds: readonly string[],
    table: Table,
    { join, of, changes }: { join: string; of: string; changes: Changes },
  ): Promise<void> {
    const rows = `SELECT ${this.selected(table, changes)} FROM first.task_row t JOIN first.${table} x ON ${of} ${join}`
    await this.client.query(`INSERT INTO ${table} ${rows} WHERE t.id = ANY($1)`, [taskIds])
  }

  /** Behind all others of the log. A conversation that is not copied is opened once. */
  private async copyEvents(taskIds: readonly string[], numbers: string, own: boolean): Promise<void> {
    const { rows } = await this.client.query<{ position: string }>('SELECT position::text FROM log_head FOR UPDATE')
    const head = rows[0]?.position ?? '0'
    const changes = {
      position: `${head} + row_number() OVER (ORDER BY n, x."conversationId", x.version)`,
      id: copyOf('x.id'),
      taskId: copyOf('x."taskId"'),
      ...(own ? { conversationId: copyOf('x."conversationId"') } : { version: 'x.version + n - 1' }),
    }
    await this.client.query(
      `INSERT INTO session_event SELECT ${this.selected('session_event', changes)}
       FROM first.task_row t JOIN first.session_event x ON x."conversationId" = t."conversationId" ${numbers}
       WHERE t.id = ANY($1) AND (${own} OR n = 1 OR x."taskId" IS NOT NULL)`,
      [taskIds],
    )
    await this.client.query('UPDATE log_head SET position = (SELECT max(position) FROM session_event)')
  }

  private selected(table: Table, changes: Changes): string {
    const columns = this.#columns.get(table) ?? []
    return columns.map((column) => changes[column] ?? `x."${column}"`).join(', ')
  }
}
