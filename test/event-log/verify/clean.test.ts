import { beforeAll, expect, it } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import { readLog } from '../../../src/event-log/read-log.js'
import type { Finding, Tally } from '../../../src/event-log/verify/finding.js'
import { verifyConversation, verifyLog } from '../../../src/event-log/verify/verify-log.js'
import { CURRENT_SCHEMA_VERSION } from '../../../src/session-pointer/upcast.js'
import { livedIn } from '../../support/lived-in.js'
import type { LivedIn } from '../../support/lived-in.js'
import { makeWorld, workspaceBeside } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

forEachDatabase((open) => {
  let database: Database
  let one: LivedIn
  let other: LivedIn

  beforeAll(async () => {
    database = await open()
    const world = await makeWorld(database)
    one = await livedIn(world)
    other = await livedIn(await workspaceBeside(world))
  })

  async function verified(workspaceId?: string): Promise<{ tally: Tally; findings: Finding[] }> {
    const findings: Finding[] = []
    const tally = await verifyLog(database, { workspaceId: workspaceId ?? null, report: (one) => findings.push(one) })
    return { tally, findings }
  }

  it('the tested database has events of every type', async () => {
    const log = await readLog(database.sql, one.world.caller.workspaceId, '0', 1000)
    expect(new Set(log.map(({ type }) => type))).toEqual(new Set(Object.keys(CURRENT_SCHEMA_VERSION)))
  })

  it('a database that only the use cases wrote has no findings, and every claim was examined', async () => {
    const { tally, findings } = await verified()
    expect(findings).toEqual([])
    expect(tally).toMatchObject({
      workspaces: 2,
      conversations: 4,
      tasks: 18,
      crossRuntimeResumes: 0,
      unknownEvents: 0,
    })
    expect(tally.claims).toBe(16)
    expect(tally.decisionsRecomputed).toBe(tally.claims)
    expect(tally.resumes).toBeGreaterThan(0)
  })

  it('one workspace can be proven without the others', async () => {
    const [whole, half] = [await verified(), await verified(other.world.caller.workspaceId)]
    expect(half.findings).toEqual([])
    expect(half.tally).toMatchObject({ workspaces: 1, conversations: 2 })
    expect(half.tally.events * 2).toBe(whole.tally.events)
  })

  it('one conversation can be proven without the others', async () => {
    const { tally, findings } = await verifyConversation(database, one.world.caller.workspaceId, one.chat.id)
    expect(findings).toEqual([])
    expect(tally).toMatchObject({ conversations: 1, tasks: 6, claims: 6 })
  })

  it('verify reports its progress up to the full count', async () => {
    const seen: number[] = []
    const tally = await verifyLog(database, { report: () => undefined, progress: ({ events }) => seen.push(events) })
    expect(seen.at(-1)).toBe(tally.events)
  })
})
