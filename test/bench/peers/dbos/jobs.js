// DBOS Transact: a workflow with one step, from a queue in PostgreSQL. It keeps workflows with their input, output and steps.
// A pool of 20 connections (its default is 10) and a poll every 10 ms (its default, 1 s, would bound it to 64 jobs a second).
// Keys are partitions of a queue, of which each runs one job at a time.

import { DBOS, DBOSClient } from '@dbos-inc/dbos-sdk'
import pg from 'pg'
import { INPUT, OUTPUT, answerQuestions, connected, copyRow, oneByOne, sessionOf, until } from '../measure.js'

const POOL = 20
const POLL_MS = 10
const QUEUES = { lives: {}, serialized: { partitionConcurrency: 1 } }
const APPLICATION = { name: 'bench', applicationVersion: 'bench', logLevel: 'error' }
const TABLES = ['workflow_status', 'workflow_input', 'workflow_output', 'operation_outputs'].map(
  (name) => `dbos.${name}`,
)
let databaseUrl
let client

const life = DBOS.registerWorkflow(
  async () => {
    const session = await DBOS.runStep(() => Promise.resolve(sessionOf(DBOS.workflowID)), { name: 'session' })
    return { output: OUTPUT, ...session }
  },
  { name: 'life' },
)

async function withEnqueuer(use) {
  const enqueuer = await DBOSClient.create({ systemDatabaseUrl: databaseUrl, applicationName: APPLICATION.name })
  try {
    return await use(enqueuer)
  } finally {
    await enqueuer.destroy()
  }
}

async function launch(atOnce) {
  await withEnqueuer(async (enqueuer) => {
    for (const [name, options] of Object.entries(QUEUES)) {
      await enqueuer.registerQueue(name, { ...options, workerConcurrency: atOnce, minPollingIntervalMs: POLL_MS })
    }
  })
  DBOS.setConfig({ ...APPLICATION, systemDatabaseUrl: databaseUrl, systemDatabasePoolSize: POOL })
  await DBOS.launch()
}

const ANSWERS = {
  async open(question) {
    ;({ databaseUrl } = question)
    client = await connected(pg, databaseUrl)
    DBOS.setConfig({ ...APPLICATION, systemDatabaseUrl: databaseUrl })
    // Makes the tables.
    await DBOS.launch()
    await DBOS.shutdown()
  },

  async fill({ jobs, keys }) {
    await client.query(`TRUNCATE ${TABLES} CASCADE`)
    const queue = keys === 0 ? { queueName: 'lives' } : { queueName: 'serialized', queuePartitionKey: 'key-0' }
    const options = { ...queue, workflowName: 'life', appVersion: APPLICATION.applicationVersion }
    await withEnqueuer((enqueuer) => enqueuer.enqueue(options, INPUT))
    const id = { workflow_uuid: 'md5(workflow_uuid || n)::uuid::text' }
    const key = keys === 0 ? {} : { queue_partition_key: `'key-' || n % ${keys}` }
    await copyRow(client, 'dbos.workflow_input', jobs - 1, id)
    await copyRow(client, 'dbos.workflow_status', jobs - 1, { ...id, ...key, created_at: 'created_at + n' })
    await client.query('VACUUM ANALYZE')
    await client.query('CHECKPOINT')
  },

  start: ({ atOnce }) => launch(atOnce),
  stop: () => DBOS.shutdown(),

  async ended() {
    const { rows } = await client.query(
      `SELECT count(*)::int AS ended FROM dbos.workflow_status WHERE status = 'SUCCESS'`,
    )
    return rows[0]
  },

  async lone({ times }) {
    await client.query(`TRUNCATE ${TABLES} CASCADE`)
    const isDone = async (id) => {
      const { rows } = await client.query('SELECT status FROM dbos.workflow_status WHERE workflow_uuid = $1', [id])
      return rows[0]?.status === 'SUCCESS'
    }
    await launch(64)
    const sample = await oneByOne(times, 100, async () => {
      const { workflowID } = await DBOS.startWorkflow(life, { queueName: 'lives' })(INPUT)
      await until(() => isDone(workflowID))
    })
    await DBOS.shutdown()
    return sample
  },
}

answerQuestions(({ does, ...question }) => ANSWERS[does](question).then((said) => said ?? {}))
