// Shared by the peers' files: they run on another Node than ours, as plain JavaScript.

import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

/** Not counted: connections open, plans are made. As in ../load/work-for-a-while.ts. */
export const SETTLING_MS = 500

/** `done` is to be called for every job that has ended, with the time when it began. */
export function countEnds(seconds) {
  const begin = performance.now() + SETTLING_MS
  const end = begin + seconds * 1000
  const milliseconds = []
  return {
    end,
    done(from) {
      const now = performance.now()
      if (from >= begin && now < end) milliseconds.push(now - from)
    },
    result() {
      const sorted = milliseconds.sort((a, b) => a - b)
      const at = (part) => sorted[Math.floor((sorted.length - 1) * part)] ?? NaN
      return { rate: sorted.length / seconds, p50: at(0.5), p95: at(0.95), p99: at(0.99) }
    },
  }
}

/** Runs until whoever started this process lets go; see ../setting/asked-process.ts. */
export function answerQuestions(answer) {
  process.on('message', (question) => {
    answer(question).then(
      (said) => process.send({ answer: said }),
      (error) => process.send({ error: error.stack }),
    )
  })
  process.on('disconnect', () => process.exit())
}

/** `times` jobs, each put in when the one before has ended and all is idle again; milliseconds until each has ended. */
export async function oneByOne(times, pauseMs, live) {
  const milliseconds = []
  const warmUp = Math.ceil(times / 5)
  for (let n = 0; n < warmUp + times; n++) {
    await sleep(pauseMs * (0.5 + Math.random()))
    const from = performance.now()
    await live(n)
    if (n >= warmUp) milliseconds.push(performance.now() - from)
  }
  const sorted = milliseconds.sort((a, b) => a - b)
  return { p50: sorted[Math.floor((sorted.length - 1) / 2)] }
}

/** Asks until the answer is yes: for peers that tell nobody when a job has ended. */
export async function until(yes) {
  while (!(await yes()));
}

/** `count` more rows like the only one of a table. `changes`: SQL in place of what a copy would have; `n` is its number. */
export async function copyRow(client, table, count, changes) {
  const { fields } = await client.query(`SELECT * FROM ${table} LIMIT 0`)
  const values = fields.map(({ name }) => changes[name] ?? `x."${name}"`)
  await client.query(
    `INSERT INTO ${table} (${fields.map(({ name }) => `"${name}"`)}) SELECT ${values}
     FROM ${table} x CROSS JOIN generate_series(1, ${count}) n`,
  )
}

/** What a job is given, what its one step records, and what it says at its end: as much as a life of a task here. */
export const INPUT = { title: 'Login', prompt: 'Fix the login.' }
export const OUTPUT = 'Done.'
export const sessionOf = (id) => ({ sessionId: `session-${id}`, workDir: '/work/repository' })

/** A connection that may lose its database at the end of a run. */
export async function connected(pg, databaseUrl) {
  const client = new pg.Client({ connectionString: databaseUrl })
  client.on('error', () => undefined)
  await client.connect()
  return client
}
