import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { FoldableEvent } from '../../src/session-pointer/events.js'
import { foldEvents } from '../../src/session-pointer/fold.js'
import { decideResume } from '../../src/session-pointer/resume-policy.js'
import { FOLD_VERSION } from '../../src/session-pointer/session-state.js'
import type { SessionState } from '../../src/session-pointer/session-state.js'
import { CURRENT_SCHEMA_VERSION, upcast } from '../../src/session-pointer/upcast.js'
import type { RawEvent } from '../../src/session-pointer/upcast.js'
import { taskOf } from '../support/task-of.js'

type ByStory<T> = Record<string, T>

function read<T>(path: string): ByStory<T> {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as ByStory<T>
}

const files = readdirSync(new URL('events', import.meta.url)).map((file) => {
  const [type = '', schemaVersion = ''] = file.replace('.json', '').split('@')
  return { file, type, schemaVersion: Number(schemaVersion), stories: read<RawEvent[]>(`events/${file}`) }
})

/** Each story whole again: its events of all files, in the order of its stream. */
const stories = [...new Set(files.flatMap(({ stories }) => Object.keys(stories)))].map((story) => {
  const recorded = files.flatMap(({ stories }) => stories[story] ?? [])
  return [story, recorded.sort((a, b) => a.version - b.version)] as const
})

const oldAndNew = Object.entries(CURRENT_SCHEMA_VERSION).flatMap(([type, current]) => {
  return Array.from({ length: current }, (_, index) => `${type}@${index + 1}.json`)
})

describe('the recorded events', () => {
  test.each(oldAndNew)('include %s', (name) => {
    const events = Object.values(files.find(({ file }) => file === name)?.stories ?? {}).flat()
    expect(events.length).toBeGreaterThan(0)
  })

  test.each(files)('$file has only events of its own type and schema version', ({ type, schemaVersion, stories }) => {
    const shapes = Object.values(stories).flatMap((events) => events.map((e) => `${e.type}@${e.schemaVersion}`))
    expect(new Set(shapes)).toEqual(new Set([`${type}@${schemaVersion}`]))
  })

  test.each(stories)('the story "%s" is a stream without holes', (_, recorded) => {
    expect(recorded.map((event) => event.version)).toEqual(recorded.map((_, index) => index + 1))
  })
})

describe.each(stories)('the story "%s"', (story, recorded) => {
  const events: FoldableEvent[] = recorded.map((event) => upcast(event))

  test('has no unknown event', () => {
    expect(events.filter((event) => event.type === 'UNKNOWN')).toEqual([])
  })

  test('folds to the state that is recorded for this fold version', () => {
    const expected = read<SessionState>(`state@${FOLD_VERSION}.json`)[story]
    expect(JSON.parse(JSON.stringify(foldEvents(events)))).toEqual(expected)
  })

  test('gives each claim its recorded decision again', () => {
    const again = []
    const given = []
    for (const event of events) {
      if (event.type !== 'TASK_CLAIMED' || event.data.decision === null || event.taskId === null) continue
      const { policy, agentRevision, account, store, decidedAt, ...told } = event.data.decision
      const before = events.slice(0, event.version - 1)
      const task = taskOf(before, event.taskId)
      const source = task.rerunOf === null ? null : taskOf(before, task.rerunOf)
      const agent = { revision: agentRevision, policy }
      const runtime = { account, store }
      const state = foldEvents(before)
      const { outcome, reason, sessionId, workDir, continuityGap } = decideResume({
        state, task, source, agent, runtime,
        now: decidedAt,
      })
      given.push({ version: event.version, ...told })
      again.push({ version: event.version, outcome, reason, sessionId, workDir, continuityGap })
    }
    expect(again).toEqual(given)
    expect(given).not.toEqual([])
  })

  test('has only legal transitions', () => {
    const tasks = new Set(events.flatMap((event) => event.taskId ?? []))
    expect([...tasks].map((taskId) => taskOf(events, taskId).id)).toEqual([...tasks])
  })
})
