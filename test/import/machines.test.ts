import { expect, it } from 'vitest'
import { commandOf, machinesOf, takeSessions } from '../../src/import/machines.js'
import type { SessionVerdict } from '../../src/import/translate/session-verdicts.js'

const session = (runtimeId: string | null, workDir: string | null, state: SessionVerdict['state'] = 'RESUMABLE') => ({
  sessionId: 's',
  verdict: 'KEPT' as const,
  why: '',
  isPointer: false,
  runtimeId,
  workDir,
  state,
})
const MACHINES = [
  { runtimeId: 'rt_1', daemonId: '0b7e-laptop', provider: 'claude' },
  { runtimeId: 'rt_2', daemonId: '0b7e-laptop', provider: 'codex' },
  { runtimeId: 'rt_3', daemonId: "Ada's PC", provider: 'claude' },
]

it.each([
  [[], []],
  [['/home/ada/work/w1/repo'], ['/home/ada/work/w1']],
  [['/home/ada/work/w1/repo', '/home/ada/work/w2/repo'], ['/home/ada/work']],
  [['/home/ada/work/w1/repo', '/home/ada/work/w1/repo'], ['/home/ada/work/w1']],
  [['/home/ada/work/w1/repo', '/home/ada/workspace/w'], ['/home/ada']],
  [['/home/ada/work/w1/repo', '/home/ada/work/w1'], ['/home/ada/work']],
  [['C:\\work\\w1\\repo', 'C:\\work\\w2\\repo'], ['C:\\work']],
  [
    ['/a/b', '/c/d'],
    ['/a', '/c'],
  ],
])('the common directory of %j is %j', (workDirs, adopts) => {
  const machines = machinesOf({ machines: MACHINES })
  takeSessions(
    machines,
    workDirs.map((workDir, n) => session(n === 0 ? 'rt_1' : 'rt_2', workDir)),
  )
  expect(machines.get('rt_1')).toMatchObject({ daemonId: '0b7e-laptop', adopts, sessions: workDirs.length })
})

it('a session that cannot be resumed adds no directory', () => {
  const machines = machinesOf({ machines: MACHINES })
  takeSessions(machines, [session('rt_1', '/gone', 'POISONED'), session(null, '/nowhere', 'UNPROVEN')])
  expect(machines.get('rt_1')).toMatchObject({ adopts: [], sessions: 0 })
})

it('the printed command can be pasted into a shell', () => {
  const machines = machinesOf({ machines: MACHINES })
  takeSessions(machines, [session('rt_1', '/w/1'), session('rt_3', "/Ada's work/1")])
  expect([...new Set(machines.values())].map(commandOf)).toEqual([
    'baton daemon --url URL --daemon-id 0b7e-laptop --workdir DIRECTORY --adopt /w',
    `baton daemon --url URL --daemon-id 'Ada'\\''s PC' --workdir DIRECTORY --adopt '/Ada'\\''s work'`,
  ])
})
