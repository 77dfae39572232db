import { performance } from 'node:perf_hooks'
import pg from 'pg'
import { PgBoss } from 'pg-boss'
import { answerQuestions, countEnds } from '../measure.js'

const QUEUE = 'noop'
const FILL_AT_ONCE = 5_000
let databaseUrl

answerQuestions(async (question) => {
  if (question.does === 'open') {
    databaseUrl = question.databaseUrl
    return withBoss(2, (boss) => boss.createQueue(QUEUE))
  }
  return question.does === 'fill' ? fill(question) : work(question)
})

/** Without what it does beside the jobs: supervision and schedules. */
async function withBoss(connections, use) {
  const boss = new PgBoss({ connectionString: databaseUrl, max: connections, supervise: false, schedule: false })
  boss.on('error', (error) => process.stderr.write(`pg-boss: ${error.message}\n`))
  await boss.start()
  try {
    return (await use(boss)) ?? {}
  } finally {
    await boss.stop({ graceful: false })
  }
}

async function fill({ jobs, keys }) {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query('TRUNCATE pgboss.job')
  await withBoss(2, async (boss) => {
    for (let n = 0; n < jobs; n += FILL_AT_ONCE) {
      const inserts = Array.from({ length: Math.min(FILL_AT_ONCE, jobs - n) }, (_, k) => ({
        data: { prompt: 'Fix the login.' },
        ...(keys === 0 ? {} : { group: { id: `key-${(n + k) % keys}` } }),
      }))
      await boss.insert(QUEUE, inserts)
    }
  })
  await client.query('VACUUM ANALYZE')
  await client.query('CHECKPOINT')
  await client.end()
  return {}
}

/** Loops that fetch one job and complete it. With keys, a group's jobs run one at a time, by the database. */
function work({ atOnce, keys, seconds }) {
  const options = { batchSize: 1, ...(keys === 0 ? {} : { groupConcurrency: 1 }) }
  return withBoss(atOnce, async (boss) => {
    const counted = countEnds(seconds)
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let from = performance.now(); from < counted.end; from = performance.now()) {
          const [job] = await boss.fetch(QUEUE, options)
          if (job === undefined) continue
          await boss.complete(QUEUE, job.id)
          counted.done(from)
        }
      }),
    )
    const { rows } = await boss.getDb().executeSql(`SELECT FROM pgboss.job WHERE state = 'created' LIMIT 1`)
    if (rows.length === 0) throw new Error('The queue of pg-boss ran dry.')
    return counted.result()
  })
}
