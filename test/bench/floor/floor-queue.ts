import { Client } from 'pg'

/** Tables of its own, as lean as they can be: what a claim cannot do without. */
const TABLES = `
  CREATE TABLE floor_task (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, runtime int NOT NULL, priority int NOT NULL,
    status text NOT NULL, token text, claimed_at timestamptz, prompt text NOT NULL);
  CREATE INDEX floor_queue ON floor_task (runtime, priority DESC, id) WHERE status = 'QUEUED';
  CREATE TABLE floor_event (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, task_id bigint NOT NULL, type text NOT NULL,
    data jsonb NOT NULL, at timestamptz NOT NULL DEFAULT now())`

/** The bare queue holds `tasks` tasks again, spread evenly over the runtimes. */
export async function fillFloor(databaseUrl: string, tasks: number, runtimes: number): Promise<void> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query(`DROP TABLE IF EXISTS floor_task, floor_event; ${TABLES}`)
    await client.query(
      `INSERT INTO floor_task (runtime, priority, status, prompt)
       SELECT n % $2::int, 0, 'QUEUED', 'Fix the login.' FROM generate_series(1, $1::int) n`,
      [tasks, runtimes],
    )
    await client.query('VACUUM ANALYZE floor_task')
  } finally {
    await client.end()
  }
}
