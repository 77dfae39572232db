import { readFileSync } from 'node:fs'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import { statement } from '../../../src/database/sql.js'
import * as bounds from '../../../src/use-cases/calls/bounds.js'
import { completeTask } from '../../../src/use-cases/complete-task.js'
import { createToken } from '../../../src/use-cases/create-token.js'
import { pinTaskSession } from '../../../src/use-cases/pin-task-session.js'
import { registerRuntime } from '../../../src/use-cases/register-runtime.js'
import { releaseTask } from '../../../src/use-cases/release-task.js'
import { reportTaskProgress } from '../../../src/use-cases/report-task-progress.js'
import type { ReportTaskProgressInput } from '../../../src/use-cases/report-task-progress.js'
import { anAgent, aRuntime, claim, enqueue, start, taskNow } from '../../support/daemon-steps.js'
import type { Held } from '../../support/daemon-steps.js'
import { asDaemon, codeOf, makeWorld, refusalOf, valueOf } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

const KEPT = statement(
  'test_progress_kept',
  `SELECT count(*)::int AS entries, coalesce(sum(octet_length(kind) + octet_length(text)), 0)::int AS bytes
   FROM task_progress WHERE "taskId" = $1`,
)
const FILL_TOKENS = statement(
  'test_fill_tokens',
  `INSERT INTO api_token ("workspaceId", id, name, kind, hash, "createdAt")
   SELECT $1, 'tok_' || n, 'n', 'VIEWER', 'hash of ' || n, now() FROM generate_series(1, $2::int) n`,
)
const REVOKE_ONE = statement('test_revoke_one', `UPDATE api_token SET "revokedAt" = now() WHERE id = 'tok_1'`)

forEachDatabase((open) => {
  let database: Database
  let world: World
  let runtime: { id: string }
  let held: Held

  beforeAll(async () => {
    database = await open()
  })

  beforeEach(async () => {
    world = await makeWorld(database)
    const made = await aRuntime(world, { daemonId: 'laptop' })
    runtime = made
    await enqueue(world, await anAgent(world, made))
    held = await claim(world, runtime)
  })

  const key = () => ({ taskId: held.task.id, claimToken: held.claimToken })
  const report = (entries: ReportTaskProgressInput['entries']) =>
    reportTaskProgress(world.services, world.caller, { ...key(), entries })
  const entries = (from: number, count: number, text = '') =>
    Array.from({ length: count }, (_, index) => ({ seq: from + index, kind: 'text', text }))
  const kept = async () => (await database.sql.rows<{ entries: number; bytes: number }>(KEPT, [held.task.id]))[0]

  it('a task keeps a limited number of progress entries; one more is refused, and the run completes', async () => {
    const most = bounds.MOST_PROGRESS_ENTRIES
    for (let from = 0; from < most; from += 500) expect(codeOf(await report(entries(from, 500)))).toBe('ACCEPTED')
    expect(refusalOf(await report(entries(most, 1)))).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'input.entries', message: expect.stringContaining('at most 10,000 entries') as string }],
    })
    // What it has already is still passed over, as a repeated report.
    expect(valueOf(await report(entries(most - 1, 1)))).toEqual({ accepted: 0, lastSeq: most - 1 })
    expect(await kept()).toMatchObject({ entries: most })
    await start(world, held)
    expect(codeOf(await completeTask(world.services, world.caller, { ...key(), output: 'Done.' }))).toBe('ACCEPTED')
    expect((await taskNow(world, held.task)).status).toBe('COMPLETED')
  })

  it('a task keeps a limited number of progress bytes, over all its claims', async () => {
    const text = '€'.repeat(21_000)
    const half = Math.floor(bounds.MOST_PROGRESS_BYTES / Buffer.byteLength(`text${text}`) / 2)
    expect(codeOf(await report(entries(0, half, text)))).toBe('ACCEPTED')
    expect(codeOf(await releaseTask(world.services, world.caller, key()))).toBe('ACCEPTED')
    held = await claim(world, runtime)
    expect(codeOf(await report(entries(half, half, text)))).toBe('ACCEPTED')
    expect(refusalOf(await report(entries(2 * half, 1, text)))).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'input.entries', message: expect.stringContaining('at most 16 MB') as string }],
    })
    const [{ bytes } = { bytes: 0 }] = [await kept()]
    expect(bytes).toBeLessThanOrEqual(bounds.MOST_PROGRESS_BYTES)
    expect(bytes).toBeGreaterThan(bounds.MOST_PROGRESS_BYTES * 0.95)
  })

  it('concurrent reports stay within the limit together', async () => {
    const most = bounds.MOST_PROGRESS_ENTRIES
    for (let from = 0; from < most - 500; from += 500) await report(entries(from, 500))
    const codes = await Promise.all([0, 1, 2, 3].map(async (n) => codeOf(await report(entries(most + n * 500, 500)))))
    expect(codes.filter((code) => code === 'ACCEPTED')).toHaveLength(1)
    expect(await kept()).toMatchObject({ entries: most })
  })

  it('a daemon has a limited number of runtimes, and can register existing ones again', async () => {
    const daemon = asDaemon(world, 'laptop')
    const register = (provider: string) =>
      registerRuntime(daemon.services, daemon.caller, { daemonId: 'laptop', provider })
    const asked = Array.from({ length: bounds.MOST_RUNTIMES_PER_DAEMON + 20 }, (_, n) => register(`p${n}`))
    const codes = (await Promise.all(asked)).map(codeOf)
    // One it had before.
    expect(codes.filter((code) => code === 'ACCEPTED')).toHaveLength(bounds.MOST_RUNTIMES_PER_DAEMON - 1)
    expect(refusalOf(await register('another'))).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'input.provider', message: expect.stringContaining('has 100 runtimes') as string }],
    })
    expect(codeOf(await register('claude'))).toBe('ACCEPTED')
    expect((await aRuntime(world, { daemonId: 'desktop' })).provider).toBe('claude')
  })

  it('a task pins a limited number of sessions, and its ending may still name one', async () => {
    const pin = (sessionId: string) => pinTaskSession(world.services, world.caller, { ...key(), sessionId })
    for (let n = 0; n < bounds.MOST_SESSIONS_PER_TASK; n++) expect(codeOf(await pin(`s${n}`))).toBe('ACCEPTED')
    expect(refusalOf(await pin('one more'))).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'input.sessionId', message: expect.stringContaining('has named 100 sessions') as string }],
    })
    expect(codeOf(await pin('s3'))).toBe('ACCEPTED')
    await start(world, held)
    const ending = { ...key(), output: 'Done.', sessionId: 'the last' }
    expect(codeOf(await completeTask(world.services, world.caller, ending))).toBe('ACCEPTED')
  })

  it('a workspace has a limited number of current tokens', async () => {
    const { services, caller } = world
    await database.sql.rows(FILL_TOKENS, [caller.workspaceId, bounds.MOST_TOKENS])
    const make = () => createToken(services, caller, { name: 'one more', kind: 'VIEWER' })
    expect(refusalOf(await make())).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'input.name', message: expect.stringContaining('Revoke one first') as string }],
    })
    await database.sql.rows(REVOKE_ONE)
    expect(codeOf(await make())).toBe('ACCEPTED')
  })
})

it('docs/operate.md names each limit', () => {
  const page = readFileSync(new URL('../../../docs/operate.md', import.meta.url), 'utf8')
  const { MOST_PROGRESS_BYTES, ...counts } = bounds
  for (const count of Object.values(counts)) expect(page).toContain(`| ${count.toLocaleString('en')} `)
  expect(page).toContain(`| ${MOST_PROGRESS_BYTES / 1024 / 1024} MB `)
})
