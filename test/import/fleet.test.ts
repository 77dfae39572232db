import { describe, expect, it } from 'vitest'
import type { SourceAgent, SourceRuntime } from '../../src/import/source/source-rows.js'
import { idsFor } from '../../src/import/target/derive-id.js'
import { planFleet } from '../../src/import/target/plan-fleet.js'
import { idPrefix } from '../../src/database/ids.js'
import { minute } from './given-rows.js'

const WORKSPACE = { id: 'w', name: 'Acme', slug: 'acme', issuePrefix: 'ACM' }

const aRuntime = (id: string, row: Partial<SourceRuntime> = {}): SourceRuntime => ({
  id,
  daemonId: 'daemon',
  profileId: null,
  name: id,
  provider: 'claude',
  lastSeenAt: minute(9),
  metadata: {},
  createdAt: minute(0),
  ...row,
})
const anAgent = (id: string, row: Partial<SourceAgent> = {}): SourceAgent => ({
  id,
  name: id,
  runtimeId: null,
  maxConcurrentTasks: 6,
  instructions: null,
  model: null,
  customEnv: {},
  customArgs: [],
  mcpConfig: null,
  thinkingLevel: null,
  serviceTier: null,
  skills: null,
  archivedAt: null,
  createdAt: minute(0),
  ...row,
})
const NOTHING = { runtimes: new Map<string, string>(), agents: new Map<string, string>(), registered: [] }
const plan = (runtimes: SourceRuntime[], agents: SourceAgent[] = [], known = {}) =>
  planFleet({ workspace: WORKSPACE, runtimes, agents }, { ...NOTHING, ...known }, (table, id) => `${table}:${id}`)

describe('runtimes', () => {
  it('in the cloud get their own daemon', () => {
    expect(plan([aRuntime('r1', { daemonId: null })]).runtimes).toMatchObject([{ daemonId: 'cloud:r1' }])
  })

  it('with the same daemon and provider stay apart, so that neither resumes the other’s sessions', () => {
    const { runtimes, names, notes } = plan([aRuntime('r1'), aRuntime('r2')])
    expect(runtimes.map(({ id, daemonId }) => [id, daemonId])).toEqual([
      ['agent_runtime:r1', 'daemon'],
      ['agent_runtime:r2', 'daemon:r2'],
    ])
    expect(names.runtimes.get('r1')).not.toBe(names.runtimes.get('r2'))
    expect(notes).toEqual([
      'runtime r2 is a second claude of daemon daemon: kept apart from the first, as daemon daemon:r2',
    ])
  })

  it('of profiles stay apart from the machine’s own runtime, whichever was seen last', () => {
    const { runtimes, names } = plan([
      aRuntime('mine', { profileId: 'p1', lastSeenAt: minute(99) }),
      aRuntime('own', { lastSeenAt: minute(1) }),
      aRuntime('other', { profileId: 'p2', provider: 'codex' }),
    ])
    expect(runtimes.map(({ id, daemonId }) => [id, daemonId])).toEqual([
      ['agent_runtime:own', 'daemon'],
      ['agent_runtime:mine', 'daemon:mine'],
      ['agent_runtime:other', 'daemon:other'],
    ])
    expect(names.runtimes.get('mine')).toBe('agent_runtime:mine')
  })

  it('that join an imported daemon later are kept apart too', () => {
    const known = {
      runtimes: new Map([['r1', 'rt_1']]),
      registered: [{ id: 'rt_1', daemonId: 'daemon', provider: 'claude' }],
    }
    expect(plan([aRuntime('r1'), aRuntime('r2')], [], known).runtimes).toMatchObject([{ daemonId: 'daemon:r2' }])
  })

  it.each([
    ['ACM', 'ACM'],
    ['', 'THE'],
  ])('issues of a workspace with prefix "%s" are named %s-1', (issuePrefix, expected) => {
    const workspace = { ...WORKSPACE, name: 'The 2nd Office', issuePrefix }
    expect(
      planFleet({ workspace, runtimes: [], agents: [] }, NOTHING, (table, id) => `${table}:${id}`).names.issuePrefix,
    ).toBe(expected)
  })

  it('that are already registered are not created again', () => {
    const { runtimes, names } = plan([aRuntime('r1')], [], {
      registered: [{ id: 'rt_here', daemonId: 'daemon', provider: 'claude' }],
    })
    expect(runtimes).toEqual([])
    expect(names.runtimes.get('r1')).toBe('rt_here')
  })

  it('that were imported before are not planned again', () => {
    expect(plan([aRuntime('r1')], [], { runtimes: new Map([['r1', 'rt_1']]) })).toMatchObject({ runtimes: [], ids: [] })
  })
})

describe('agents', () => {
  it('keep what their daemon needs to run them', () => {
    const row = {
      runtimeId: 'r1',
      instructions: 'Be kind.',
      model: 'opus',
      maxConcurrentTasks: 0,
      archivedAt: minute(5),
    }
    expect(plan([aRuntime('r1')], [anAgent('a1', row)]).agents).toMatchObject([
      { runtimeId: 'agent_runtime:r1', config: { instructions: 'Be kind.', model: 'opus' }, maxConcurrentTasks: 1 },
    ])
  })

  it.each([null, 'gone'])('bound to runtime %s go to the placeholder, and a note says so', (runtimeId) => {
    const { agents, names, needsPlaceholder, notes } = plan([aRuntime('r1')], [anAgent('a1', { runtimeId })])
    expect(agents).toMatchObject([{ runtimeId: names.placeholder }])
    expect(needsPlaceholder).toBe(true)
    expect(notes).toEqual(['agent a1 (a1) has no runtime: give it one'])
  })
})

describe('the ids of imported rows', () => {
  const ids = idsFor('ws_1')

  it('are valid, the same on each run, and different in another workspace', () => {
    const id = ids('agent_task_queue', 'a', minute(1))
    expect(idPrefix(id)).toBe('task')
    expect(ids('agent_task_queue', 'a', minute(1))).toBe(id)
    expect(idsFor('ws_2')('agent_task_queue', 'a', minute(1))).not.toBe(id)
    expect(ids('agent_task_queue', 'b', minute(1))).not.toBe(id)
  })

  it('sort by the creation of the rows, to the microsecond', () => {
    const times = [1_000_000, 1_000_001, 1_000_999, 1_001_000, minute(0), minute(0) + 1, minute(1)]
    const made = times.map((time, index) => ids('chat_message', String(index), time))
    expect(made.toSorted()).toEqual(made)
  })
})
