import { Client } from 'pg'
import { expect, it, vi } from 'vitest'
import { reportTaskProgress } from '../../../src/use-cases/report-task-progress.js'
import { anAgent, aRuntime, enqueue, run } from '../../support/daemon-steps.js'
import { makeWorld } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'

describePostgres('a progress report that waits while its claim ends and the task is claimed again', (open) => {
  it('is refused, and leaves nothing under the new claim', async () => {
    const database = await open()
    const world = await makeWorld(database)
    const runtime = await aRuntime(world)
    await enqueue(world, await anAgent(world, runtime))
    const { task, claimToken } = await run(world, runtime)
    const side = new Client({ connectionString: database.connectionString })
    await side.connect()
    const { rows } = await side.query('SELECT "claimToken" FROM dispatch')
    expect(rows).toEqual([{ claimToken }])
    await side.query('BEGIN')
    // In one transaction, what an expiry and the next claim commit one after the other.
    await side.query(`UPDATE dispatch SET "claimToken" = 'of the next claim'`)
    const reported = reportTaskProgress(world.services, world.caller, {
      taskId: task.id,
      claimToken,
      entries: [{ seq: 0, kind: 'text', text: 'Late.', at: null }],
    })
    await vi.waitUntil(async () => (await side.query('SELECT FROM pg_locks WHERE NOT granted')).rows.length > 0)
    await side.query('COMMIT')
    expect(await reported).toMatchObject({ ok: false, refusal: { code: 'STALE_CLAIM' } })
    expect((await side.query('SELECT FROM task_progress')).rows).toHaveLength(0)
    // What the log says is so again.
    await side.query('UPDATE dispatch SET "claimToken" = $1', [claimToken])
    await side.end()
  })
})
