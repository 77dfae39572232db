import { Pool } from 'pg'
import { answerQuestions } from '../setting/asked-process.js'
import type { Worked } from '../load/work-for-a-while.js'
import { workForAWhile } from '../load/work-for-a-while.js'

export interface FloorLoad {
  databaseUrl: string
  connections: number
  runtimes: number
  seconds: number
}

/** All that a bare claim is: pick one that nobody else has, mark it, write that it was claimed. One statement, one commit. */
const CLAIM = {
  name: 'bare_claim',
  text: `WITH picked AS (
      SELECT id FROM floor_task WHERE runtime = $1 AND status = 'QUEUED'
      ORDER BY priority DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED
    ), marked AS (
      UPDATE floor_task t SET status = 'CLAIMED', token = $2, claimed_at = now() FROM picked
      WHERE t.id = picked.id RETURNING t.id, t.prompt
    ), written AS (
      INSERT INTO floor_event (task_id, type, data)
      SELECT id, 'TASK_CLAIMED', jsonb_build_object('runtime', $1::int) FROM marked
    )
    SELECT id, prompt FROM marked`,
}

answerQuestions<FloorLoad, Worked>(async ({ databaseUrl, connections, runtimes, seconds }) => {
  const pool = new Pool({ connectionString: databaseUrl, max: connections })
  let asked = 0
  const clients = await Promise.all(Array.from({ length: connections }, () => pool.connect()))
  try {
    return await workForAWhile(clients, seconds, async (client) => {
      const number = asked++
      const { rowCount } = await client.query({ ...CLAIM, values: [number % runtimes, `token-${number}`] })
      if (rowCount !== 1) throw new Error('The queue of the bare statement ran dry.')
      return 1
    })
  } finally {
    for (const client of clients) client.release()
    await pool.end()
  }
})
