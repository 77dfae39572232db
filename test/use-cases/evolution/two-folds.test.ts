import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import { statement } from '../../../src/database/sql.js'
import type { Finding, Tally } from '../../../src/event-log/verify/finding.js'
import type * as Fold from '../../../src/session-pointer/fold.js'
import type { SessionState } from '../../../src/session-pointer/session-state.js'
import type * as State from '../../../src/session-pointer/session-state.js'
import type { ConversationRow } from '../../../src/use-cases/transaction/conversation-work.js'
import type * as Steps from '../../support/daemon-steps.js'
import type * as Verify from '../../../src/event-log/verify/verify-log.js'
import type * as Support from '../../support/services.js'
import type { World } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

const FOLD = '../../../src/session-pointer/fold.js'
const STATE = '../../../src/session-pointer/session-state.js'

/** One build of the server: all its modules of its own. */
interface Build {
  foldVersion: number
  steps: typeof Steps
  verify: typeof Verify
  support: typeof Support
}

/** What the next fold version keeps besides: without refolding the states of the old one, it would count wrong. */
interface NextState extends SessionState {
  completedRuns: number
}

async function load(): Promise<Build> {
  const { FOLD_VERSION: foldVersion } = await import('../../../src/session-pointer/session-state.js')
  return {
    foldVersion,
    steps: await import('../../support/daemon-steps.js'),
    verify: await import('../../../src/event-log/verify/verify-log.js'),
    support: await import('../../support/services.js'),
  }
}

/** The same sources with a fold that has learnt to count, under the next version. */
async function loadNext(): Promise<Build> {
  vi.resetModules()
  vi.doMock(STATE, async (original) => {
    const state = await original<typeof State>()
    const next = state.FOLD_VERSION + 1
    const initialState = { ...state.initialState, completedRuns: 0 }
    return { ...state, FOLD_VERSION: next, SAME_STATES_SINCE: next, initialState }
  })
  vi.doMock(FOLD, async (original) => {
    const fold = await original<typeof Fold>()
    const evolve: typeof fold.evolve = (state, event) => {
      const { completedRuns } = state as NextState
      const counted = event.type === 'TASK_COMPLETED' ? completedRuns + 1 : completedRuns
      return { ...fold.evolve(state, event), completedRuns: counted } as SessionState
    }
    const { initialState } = await import('../../../src/session-pointer/session-state.js')
    const foldEvents: typeof fold.foldEvents = (events, from = initialState) => {
      let state = from
      for (const event of events) state = evolve(state, event)
      return state
    }
    return { ...fold, evolve, foldEvents }
  })
  return load()
}

const STORED = statement('two_folds_stored', 'SELECT "foldVersion", state FROM conversation WHERE id = $1')

forEachDatabase((open) => {
  let database: Database
  let older: Build
  let newer: Build
  let world: World

  beforeAll(async () => {
    database = await open()
    older = await load()
    newer = await loadNext()
    world = await older.support.makeWorld(database)
  })
  afterAll(() => {
    vi.doUnmock(FOLD)
    vi.doUnmock(STATE)
    vi.resetModules()
  })

  /** The same workspace, by a process of this build. */
  const by = ({ support }: Build): World => ({ ...world, services: support.servicesOver(database, world.clock) })

  async function stored(chat: ConversationRow): Promise<{ foldVersion: number; state: NextState }> {
    const [row] = await database.sql.rows<{ foldVersion: number; state: NextState }>(STORED, [chat.id])
    if (row === undefined) throw new Error('The conversation is gone.')
    return row
  }

  async function verified({ verify }: Build): Promise<{ findings: Finding[]; tally: Tally }> {
    const findings: Finding[] = []
    const tally = await verify.verifyLog(database, { report: (finding) => findings.push(finding) })
    return { findings, tally }
  }

  it('processes with two fold versions write in turn, and each refolds the other’s states', async () => {
    expect(newer.foldVersion).toBe(older.foldVersion + 1)
    const [old, next] = [by(older), by(newer)]
    const runtime = await older.steps.aRuntime(old)
    const chat = await older.steps.aChat(old, await older.steps.anAgent(old, runtime))
    for (let turn = 1; turn <= 3; turn++) {
      // Said by one, claimed by the other, ended by the first again: every write follows one of the other version.
      await newer.steps.say(next, chat)
      expect(await stored(chat)).toMatchObject({ foldVersion: newer.foldVersion, state: { completedRuns: turn - 1 } })
      const held = await older.steps.claim(old, runtime)
      expect(held.decision).toMatchObject(
        turn === 1 ? { reason: 'NO_PRIOR_SESSION' } : { reason: 'SAME_RUNTIME', sessionId: `session-${turn - 1}` },
      )
      const byOlder = await stored(chat)
      expect(byOlder.foldVersion).toBe(older.foldVersion)
      expect(byOlder.state).not.toHaveProperty('completedRuns')
      await newer.steps.start(next, held)
      await older.steps.pin(old, held, `session-${turn}`)
      await newer.steps.complete(next, held, { sessionId: `session-${turn}` })
      expect(await stored(chat)).toMatchObject({ foldVersion: newer.foldVersion, state: { completedRuns: turn } })
    }
    // At rest it stands as the newer one left it: right by its own fold, and none of the older one's business.
    expect(await verified(newer)).toMatchObject({ findings: [], tally: { claims: 3, statesToRefold: 0 } })
    expect(await verified(older)).toMatchObject({ findings: [], tally: { claims: 3, statesToRefold: 1 } })
    await older.steps.say(old, chat)
    expect(await verified(newer)).toMatchObject({ findings: [], tally: { statesToRefold: 1 } })
    expect(await verified(older)).toMatchObject({ findings: [], tally: { statesToRefold: 0 } })
  })

  it('verify of each fold version finds wrong states of its own version', async () => {
    const runtime = await newer.steps.aRuntime(by(newer))
    const chat = await newer.steps.aChat(by(newer), await newer.steps.anAgent(by(newer), runtime))
    const spoil = `UPDATE conversation SET state = jsonb_set(state, '{completedRuns}', '7') WHERE id = $1`
    await database.sql.rows(statement('two_folds_spoil', spoil), [chat.id])
    expect((await verified(newer)).findings).toMatchObject([{ kind: 'STORED_STATE', conversationId: chat.id }])
    expect((await verified(older)).findings).toEqual([])
    // The older one never looked at it, so it is right again with its next write.
    await older.steps.say(by(older), chat)
    expect((await verified(newer)).findings).toEqual([])
  })
})
