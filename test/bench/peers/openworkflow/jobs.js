// OpenWorkflow: a workflow with one step, on its PostgreSQL backend, whose 10 connections cannot be changed. It keeps runs and
// their steps. A worker polls while it finds something, and every 100 ms to 1 s when idle. It has no keys whose runs wait for each other.

import { OpenWorkflow } from 'openworkflow'
import { BackendPostgres } from 'openworkflow/postgres'
import pg from 'pg'
import { INPUT, OUTPUT, answerQuestions, connected, copyRow, oneByOne, sessionOf, until } from '../measure.js'

const TABLES = ['openworkflow.workflow_runs', 'openworkflow.step_attempts']
let client
let engine
let life
let worker

async function start(atOnce) {
  worker = engine.newWorker({ concurrency: atOnce })
  await worker.start()
}

const ANSWERS = {
  async open({ databaseUrl }) {
    client = await connected(pg, databaseUrl)
    engine = new OpenWorkflow({ backend: await BackendPostgres.connect(databaseUrl) })
    life = engine.defineWorkflow({ name: 'life' }, async ({ step, run }) => {
      const session = await step.run({ name: 'session' }, () => sessionOf(run?.id))
      return { output: OUTPUT, ...session }
    })
  },

  async fill({ jobs }) {
    await client.query(`TRUNCATE ${TABLES} CASCADE`)
    await life.run(INPUT)
    const changes = { id: 'gen_random_uuid()::text', created_at: `created_at + n * interval '1 ms'` }
    await copyRow(client, TABLES[0], jobs - 1, changes)
    await client.query('VACUUM ANALYZE')
    await client.query('CHECKPOINT')
  },

  start: ({ atOnce }) => start(atOnce),
  stop: () => worker.stop(),

  async ended() {
    const { rows } = await client.query(`SELECT count(*)::int AS ended FROM ${TABLES[0]} WHERE status = 'completed'`)
    return rows[0]
  },

  async lone({ times }) {
    await client.query(`TRUNCATE ${TABLES} CASCADE`)
    const isDone = async (id) => {
      const { rows } = await client.query(`SELECT status FROM ${TABLES[0]} WHERE id = $1`, [id])
      return rows[0]?.status === 'completed'
    }
    await start(1)
    const sample = await oneByOne(times, 100, async () => {
      const { workflowRun } = await life.run(INPUT)
      await until(() => isDone(workflowRun.id))
    })
    await worker.stop()
    return sample
  },
}

answerQuestions(({ does, ...question }) => ANSWERS[does](question).then((said) => said ?? {}))
