import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeWorkerUtils, Logger, run } from 'graphile-worker'
import pg from 'pg'
import { answerQuestions, SETTLING_MS } from '../measure.js'

const FILL_AT_ONCE = 5_000
const logger = new Logger(() => (level, message) => {
  if (level === 'error') process.stderr.write(`graphile-worker: ${message}\n`)
})
let databaseUrl
let utils

answerQuestions(async (question) => {
  if (question.does === 'open') {
    databaseUrl = question.databaseUrl
    utils = await makeWorkerUtils({ connectionString: databaseUrl, logger })
    await utils.migrate()
    return {}
  }
  return question.does === 'fill' ? fill(question) : work(question)
})

async function fill({ jobs, keys }) {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query('TRUNCATE graphile_worker._private_jobs, graphile_worker._private_job_queues')
  for (let n = 0; n < jobs; n += FILL_AT_ONCE) {
    const specs = Array.from({ length: Math.min(FILL_AT_ONCE, jobs - n) }, (_, k) => ({
      identifier: 'noop',
      payload: { prompt: 'Fix the login.' },
      ...(keys === 0 ? {} : { queueName: `key-${(n + k) % keys}` }),
    }))
    await utils.addJobs(specs)
  }
  await client.query('VACUUM ANALYZE')
  await client.query('CHECKPOINT')
  await client.end()
  return {}
}

/**
 * One job with each fetch and each completion: no local queue and no batches, which are the defaults. What counts is what
 * has left the database: its events come before the completion is written. They tell no time for a job as a whole.
 */
async function work({ atOnce, seconds }) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: atOnce + 2 })
  // Connections that a stop cuts off are no news.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const left = async () =>
    (await pool.query('SELECT count(*)::int AS left FROM graphile_worker._private_jobs')).rows[0].left
  const runner = await run({
    pgPool: pool,
    concurrency: atOnce,
    noHandleSignals: true,
    logger,
    taskList: { noop() {} },
  })
  await sleep(SETTLING_MS)
  const [before, from] = [await left(), performance.now()]
  await sleep(seconds * 1000)
  const [after, to] = [await left(), performance.now()]
  await runner.stop()
  await pool.end()
  if (after === 0) throw new Error('The queue of graphile-worker ran dry.')
  return { rate: ((before - after) / (to - from)) * 1000 }
}
