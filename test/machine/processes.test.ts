import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import {
  listProcesses,
  parsePs,
  parseStat,
  processOf,
  stillRunning,
  withEnvironment,
} from '../../src/machine/processes.js'

test('a process is listed with its parent and its session, until it has ended', async () => {
  const child = spawn('sleep', ['60'], { detached: true, env: { MARK: 'here.1' } })
  const pid = child.pid ?? 0
  // Between fork and exec a process still has its parent's environment.
  await expect.poll(() => withEnvironment(listProcesses(), 'MARK=here.').map((one) => one.pid)).toEqual([pid])
  const found = listProcesses().find((one) => one.pid === pid)
  expect(found).toMatchObject({ pid, parent: process.pid, group: pid, session: pid, ended: false })
  expect(processOf(pid)).toEqual(found)
  expect(stillRunning([found!])).toHaveLength(1)
  expect(stillRunning([{ ...found!, started: 'another time' }])).toEqual([])
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(stillRunning([found!])).toEqual([])
})

test('a program may have any name', () => {
  const stat = `7 (a) b (c)) S 3 7 6 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 81234 1000 5`
  const expected = { pid: 7, parent: 3, group: 7, session: 6, started: 'boot-1 81234', ended: false }
  expect(parseStat(stat, 'boot-1')).toEqual(expected)
  expect(parseStat(stat.replace(' S ', ' Z '), 'boot-1')).toMatchObject({ ended: true })
  expect(parseStat('', 'boot-1')).toBeNull()
})

test('the output of ps is parsed, also if a session is not a number', () => {
  const linux =
    '   12     1    12    12 Ss   Sat Nov 28 18:32:34 2026\n   13    12    12    12 Z    Sat Nov 28 18:32:35 2026\n'
  expect(parsePs(linux)).toEqual([
    { pid: 12, parent: 1, group: 12, session: 12, started: 'Sat Nov 28 18:32:34 2026', ended: false },
    { pid: 13, parent: 12, group: 12, session: 12, started: 'Sat Nov 28 18:32:35 2026', ended: true },
  ])
  expect(parsePs('  501     1   501      0 S+   Sat 28 Nov 18:32:34 2026')).toMatchObject([
    { group: 501, session: 501 },
  ])
  expect(parsePs('ps: illegal option')).toEqual([])
})
