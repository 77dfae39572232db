import { describe, expect, test } from 'vitest'
import { pointerOf } from '../../src/session-pointer/bindings.js'
import { DEFAULT_POLICY } from '../../src/session-pointer/resume-policy.js'
import { decide } from '../support/decide.js'
import { LAPTOP, SERVER, history } from '../support/history.js'

describe('a pin while the task runs', () => {
  test("F4: a pin binds the session to the task's runtime, with its directory", () => {
    const story = history().running('t1', SERVER).pinned('t1', 's1', '/dirs/a')
    expect(story.binding('s1')).toMatchObject({
      state: 'RESUMABLE',
      runtimeId: SERVER,
      workDir: '/dirs/a',
      resumeFailures: 0,
      firstTaskId: 't1',
      lastTaskId: 't1',
    })
  })

  test('F4: a pin before the start also counts', () => {
    const story = history().enqueued('t1').claimed('t1').pinned('t1', 's1')
    expect(story.binding('s1').state).toBe('RESUMABLE')
  })

  test('F4: a pin of the directory alone keeps the session that was pinned before', () => {
    const story = history().running('t1').pinned('t1', 's1').pinned('t1', null, '/dirs/a')
    expect(story.binding('s1').workDir).toBe('/dirs/a')
    expect(story.completed('t1').binding('s1').state).toBe('RESUMABLE')
  })

  test('F4: a pin of the session alone keeps the directory that was pinned before', () => {
    const story = history().running('t1').pinned('t1', null, '/dirs/a').pinned('t1', 's1')
    expect(story.binding('s1').workDir).toBe('/dirs/a')
  })

  test('F4: a later pin wins, field by field', () => {
    const story = history().running('t1').pinned('t1', 's1', '/dirs/a').pinned('t1', 's2')
    story.pinned('t1', null, '/dirs/b')
    expect(story.binding('s2')).toMatchObject({ workDir: '/dirs/b', state: 'RESUMABLE' })
    expect(decide(story)).toMatchObject({ sessionId: 's2', workDir: '/dirs/b' })
  })

  test('F4: the task keeps its directory over any number of session pins', () => {
    const story = history().running('t1').pinned('t1', null, '/dirs/a').pinned('t1', 's1').pinned('t1', 's2')
    expect(story.binding('s2').workDir).toBe('/dirs/a')
    expect(story.completed('t1', { sessionId: 's3' }).binding('s3').workDir).toBe('/dirs/a')
  })

  test('F4: a session that its run replaced keeps its directory', () => {
    const story = history().running('t1').pinned('t1', 's1', '/dirs/a').pinned('t1', 's2').pinned('t1', null, '/dirs/b')
    expect(story.binding('s1').workDir).toBe('/dirs/a')
  })

  test("F4: a task's directory is never given to another task's session", () => {
    const story = history().ran('t1', 's1', LAPTOP, '/dirs/a').running('t2').pinned('t2', 's2')
    expect(story.binding('s2').workDir).toBe(null)
  })

  test('F4: a pin of only a directory, before any session is known, makes it the newest directory', () => {
    const story = history().running('t1').pinned('t1', null, '/dirs/a')
    expect(story.state.bindings).toEqual([])
    expect(pointerOf(story.state, DEFAULT_POLICY)).toEqual({ binding: null, workDir: '/dirs/a' })
  })

  test('F4: a session that a task of another runtime pins now lives there', () => {
    const story = history().ran('t1', 's1', LAPTOP).running('t2', SERVER).pinned('t2', 's1')
    expect(story.binding('s1')).toMatchObject({ runtimeId: SERVER, firstTaskId: 't1', lastTaskId: 't2' })
    expect(decide(story, { on: LAPTOP }).outcome).toBe('FRESH')
    expect(decide(story, { on: SERVER }).sessionId).toBe('s1')
  })

  test('F4: a pin makes a session the newest one', () => {
    const story = history().ran('t1', 's1').ran('t2', 's2').running('t3').pinned('t3', 's1')
    expect(decide(story)).toMatchObject({ sessionId: 's1', continuityGap: false })
  })

  test('F4: a poisoned session that a later run pins is resumable again', () => {
    const story = history().running('t1').pinned('t1', 's1').overflowed('t1').running('t2').pinned('t2', 's1')
    expect(story.binding('s1').state).toBe('RESUMABLE')
  })

  test('F4: a session without a transcript is resumable again when a later run pins it', () => {
    const story = history().running('t1').pinned('t1', 's1').completed('t1', { transcriptMissing: true })
    expect(story.running('t2').pinned('t2', 's1').binding('s1').state).toBe('RESUMABLE')
  })

  test('F4: a pin keeps the failure count of the session', () => {
    const story = history().ran('t1', 's1').resuming('t2', 's1').pinned('t2', 's1').failed('t2')
    expect(story.resuming('t3', 's1').pinned('t3', 's1').binding('s1').resumeFailures).toBe(1)
  })

  test('F4: a pin leaves a retired session retired', () => {
    const story = history().ran('t1', 's1').resuming('t2', 's1').completed('t2', { retiredSessionId: 's1' })
    expect(story.running('t3').pinned('t3', 's1').binding('s1').state).toBe('RETIRED')
  })

  test('F4: a pin leaves a reset session reset', () => {
    const story = history().ran('t1', 's1').reset('s1').running('t2').pinned('t2', 's1')
    expect(story.binding('s1').state).toBe('RESET')
  })
})

describe('a cancelled run', () => {
  test('F11: the session of a cancelled run stays resumable', () => {
    const story = history().running('t1').pinned('t1', 's1', '/dirs/a').cancelled('t1')
    expect(decide(story)).toMatchObject({ outcome: 'RESUME', sessionId: 's1', workDir: '/dirs/a' })
  })

  test('F11: cancelling a resumed run does not count against the session', () => {
    const story = history().ran('t1', 's1').resuming('t2', 's1').cancelled('t2')
    expect(story.binding('s1')).toMatchObject({ state: 'RESUMABLE', resumeFailures: 0 })
  })

  test('F11: cancelling a queued task changes no session', () => {
    const before = history().ran('t1', 's1').enqueued('t2')
    const bindings = before.state.bindings
    expect(before.cancelled('t2').state.bindings).toEqual(bindings)
  })

  test('F11: cancelling a queued task does not end the run of another one', () => {
    const story = history().running('t1').pinned('t1', 's1').enqueued('t2').cancelled('t2')
    story.completed('t1', { transcriptMissing: true })
    expect(story.binding('s1').state).toBe('NOT_DURABLE')
  })
})
