// Absurd: a task with one step; the engine is stored procedures, which come with no package: ABSURD_SQL names their file. It keeps
// tasks, runs and steps of each queue. A pool of 20 connections (its default is 10); a worker claims as many as it has room for,
// and polls every 250 ms when idle. It has no keys: a queue for each, with tables and a worker of its own, takes their place.

import { readFileSync } from 'node:fs'
import { Absurd } from 'absurd-sdk'
import pg from 'pg'
import { INPUT, OUTPUT, answerQuestions, connected, oneByOne, sessionOf, until } from '../measure.js'

const POOL = 20
const FILL_AT_ONCE = 2_000
const log = { log() {}, info() {}, warn: console.error, error: console.error }
const queues = new Map()
let client
let pool
let names = []
let workers = []

async function queueOf(queueName) {
  const known = queues.get(queueName)
  if (known !== undefined) return known
  const queue = new Absurd({ db: pool, queueName, log })
  await queue.createQueue(queueName)
  queue.registerTask({ name: 'life' }, async (_, context) => {
    const session = await context.step('session', () => Promise.resolve(sessionOf(context.taskID)))
    return { output: OUTPUT, ...session }
  })
  queues.set(queueName, queue)
  return queue
}

const ANSWERS = {
  async open({ databaseUrl }) {
    client = await connected(pg, databaseUrl)
    await client.query(readFileSync(process.env.ABSURD_SQL, 'utf8'))
    pool = new pg.Pool({ connectionString: databaseUrl, max: POOL })
    pool.on('error', () => undefined)
  },

  async fill({ jobs, keys }) {
    names = keys === 0 ? ['lives'] : Array.from({ length: keys }, (_, n) => `key${n}`)
    const each = Math.ceil(jobs / names.length)
    for (const name of names) {
      await queueOf(name)
      await client.query(`TRUNCATE ${['t', 'r', 'c', 'e', 'w'].map((table) => `absurd.${table}_${name}`)}`)
      for (let n = 0; n < each; n += FILL_AT_ONCE) {
        await client.query(
          `SELECT absurd.spawn_task($1, 'life', $2, '{"max_attempts": 5}') FROM generate_series(1, $3::int)`,
          [name, JSON.stringify(INPUT), Math.min(FILL_AT_ONCE, each - n)],
        )
      }
    }
    await client.query('VACUUM ANALYZE')
    await client.query('CHECKPOINT')
  },

  async start({ atOnce }) {
    const concurrency = names.length === 1 ? atOnce : 1
    for (const name of names) workers.push(await (await queueOf(name)).startWorker({ concurrency }))
  },

  async stop() {
    await Promise.all(workers.map((worker) => worker.close()))
    workers = []
  },

  async ended() {
    const each = names.map((name) => `SELECT count(*) AS n FROM absurd.t_${name} WHERE state = 'completed'`)
    const { rows } = await client.query(`SELECT sum(n)::int AS ended FROM (${each.join(' UNION ALL ')}) x`)
    return rows[0]
  },

  async lone({ times }) {
    const queue = await queueOf('lone')
    const worker = await queue.startWorker({ concurrency: 1 })
    const isDone = async (id) => {
      const { rows } = await client.query('SELECT state FROM absurd.t_lone WHERE task_id = $1', [id])
      return rows[0]?.state === 'completed'
    }
    const sample = await oneByOne(times, 100, async () => {
      const { taskID } = await queue.spawn('life', INPUT)
      await until(() => isDone(taskID))
    })
    await worker.close()
    return sample
  },
}

answerQuestions(({ does, ...question }) => ANSWERS[does](question).then((said) => said ?? {}))
