import * as fc from 'fast-check'
import { expect } from 'vitest'
import { statement } from '../../../src/database/sql.js'
import type { Database } from '../../../src/database/sql.js'
import type { Finding } from '../../../src/event-log/verify/finding.js'
import { verifyLog } from '../../../src/event-log/verify/verify-log.js'
import { damagedOnPurpose } from '../../support/proven-at-close.js'
import type { Act } from './command.js'
import { newModel } from './model.js'
import { expectSameTasks, newReal } from './real.js'
import type { Real } from './real.js'

/** Histories that each of the two files beside this one tries. HISTORIES=500 is for the night. */
const HISTORIES = Number(process.env['HISTORIES'] ?? 100)
/**
 * Times that so many are tried, at most, until they have shown what they must. A hundred histories of sessions have missed
 * a reason by chance, which five hundred never did.
 */
const MOST_ROUNDS = 5
/** Steps of the longest of them; some are several in turn. */
const MOST_STEPS = 10
/** Generous: it is there for what hangs. */
export const TIMEOUT_MS = 900_000

/**
 * Drives the use cases over the database with random histories of these acts, each in a workspace of its own. After
 * every step the server has answered what the model says; after every history its log is verified. A failure is printed
 * with its seed, its path and the shortest history that was found: `fc.assert(property, { seed, path })` shows it again.
 *
 * More histories follow until `missing` names nothing: it receives the number of claims by their reason, and of histories,
 * and names what these must still show. Histories without it would prove nothing of it.
 */
export async function tryHistories(
  database: Database,
  acts: fc.Arbitrary<Act>[],
  missing: (claims: ReadonlyMap<string, number>, histories: number) => string[],
): Promise<void> {
  // Each history is verified before its rows are cleared away.
  damagedOnPurpose(database)
  const claims = new Map<string, number>()
  const histories = fc.commands(acts, { maxCommands: MOST_STEPS, size: 'max' })
  const property = fc.asyncProperty(histories, async (history) => {
    const real = await newReal(database)
    const model = newModel(real.world.clock.now().getTime())
    await fc.asyncModelRun(() => ({ model, real }), history)
    const findings: Finding[] = []
    const { workspaceId } = real.world.caller
    const tally = await verifyLog(database, { workspaceId, report: (finding) => findings.push(finding) })
    expect(findings).toEqual([])
    expect(tally).toMatchObject({ crossRuntimeResumes: 0, claims: real.keys.length })
    await expectSameTasks(model, real)
    await clearAway(database, real)
    for (const reason of model.reasons) claims.set(reason, (claims.get(reason) ?? 0) + 1)
  })
  let tried = 0
  do {
    await fc.assert(property, { numRuns: HISTORIES })
    tried += HISTORIES
  } while (tried < MOST_ROUNDS * HISTORIES && missing(claims, tried).length > 0)
  expect(missing(claims, tried)).toEqual([])
}

/** What earlier histories left: their leases would go on running out in the later ones. */
async function clearAway({ sql }: Database, { world }: Real): Promise<void> {
  await sql.rows(statement('clear_dispatch', 'DELETE FROM dispatch WHERE "workspaceId" = $1'), [
    world.caller.workspaceId,
  ])
}
