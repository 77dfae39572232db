import { describe, expect, test } from 'vitest'
import { CURRENT_SCHEMA_VERSION, assertNoHoles, upcast } from '../../src/session-pointer/upcast.js'
import type { RawEvent } from '../../src/session-pointer/upcast.js'
import { foldEvents } from '../../src/session-pointer/fold.js'
import { history } from '../support/history.js'

function raw(type: string, schemaVersion: number, data: unknown): RawEvent {
  const occurredAt = '2026-01-05T08:00:00.000Z'
  return { type, schemaVersion, version: 7, taskId: 'task_1', runtimeId: 'rt_1', data, occurredAt }
}

/** A made-up type in its third shape: version 1 had `name`, 2 had `first`, 3 has `given` and `shapes`. */
const chain = {
  current: { PERSON_NAMED: 3, PLACE_NAMED: 1 },
  upcasters: {
    'PERSON_NAMED@1': (data: unknown) => ({ first: (data as { name: string }).name, seen: [1] }),
    'PERSON_NAMED@2': (data: unknown) => {
      const { first, seen = [] } = data as { first: string; seen?: number[] }
      return { given: first, seen: [...seen, 2] }
    },
  },
}

describe('upcast', () => {
  test('an event in its current shape is read unchanged, with its envelope', () => {
    const data = { resumeResult: 'REFUSED' }
    expect(upcast(raw('TASK_STARTED', CURRENT_SCHEMA_VERSION.TASK_STARTED, data))).toEqual({
      type: 'TASK_STARTED',
      version: 7,
      taskId: 'task_1',
      runtimeId: 'rt_1',
      data,
      occurredAt: '2026-01-05T08:00:00.000Z',
    })
  })

  test('the oldest shape goes through every step, in order', () => {
    expect(upcast(raw('PERSON_NAMED', 1, { name: 'Ada' }), chain).data).toEqual({ given: 'Ada', seen: [1, 2] })
  })

  test('a shape in between goes through the later steps only', () => {
    expect(upcast(raw('PERSON_NAMED', 2, { first: 'Ada' }), chain).data).toEqual({ given: 'Ada', seen: [2] })
  })

  test('the current shape goes through no step', () => {
    expect(upcast(raw('PERSON_NAMED', 3, { given: 'Ada' }), chain)).toMatchObject({
      type: 'PERSON_NAMED',
      data: { given: 'Ada' },
    })
  })

  test('the stored event itself is not changed', () => {
    const stored = raw('PERSON_NAMED', 1, { name: 'Ada' })
    upcast(stored, chain)
    expect(stored).toEqual(raw('PERSON_NAMED', 1, { name: 'Ada' }))
  })

  test('a type that this build does not know becomes UNKNOWN and keeps its data', () => {
    expect(upcast(raw('SESSION_TELEPORTED', 1, { to: 'the moon' }))).toEqual({
      type: 'UNKNOWN',
      rawType: 'SESSION_TELEPORTED',
      version: 7,
      taskId: 'task_1',
      runtimeId: 'rt_1',
      data: { to: 'the moon' },
      occurredAt: '2026-01-05T08:00:00.000Z',
    })
  })

  test.each(['constructor', 'toString', '__proto__', ''])('a type called %j is also UNKNOWN', (type) => {
    expect(upcast(raw(type, 1, {}))).toMatchObject({ type: 'UNKNOWN', rawType: type })
  })

  test('a newer schema version than this build’s is UNKNOWN', () => {
    const newer = raw('TASK_STARTED', CURRENT_SCHEMA_VERSION.TASK_STARTED + 1, { resumeResult: 'RESUMED' })
    expect(upcast(newer)).toMatchObject({ type: 'UNKNOWN', rawType: 'TASK_STARTED', data: newer.data })
    expect(upcast(raw('PERSON_NAMED', 4, {}), chain).type).toBe('UNKNOWN')
  })

  test.each([0, -1, 1.5, Number.NaN])('the schema version %d, which was never written, is UNKNOWN', (n) => {
    expect(upcast(raw('TASK_STARTED', n, { resumeResult: null })).type).toBe('UNKNOWN')
  })

  test('one unknown event makes decisions distrust the whole history', () => {
    const state = foldEvents([...history().ran('t1', 's1').events, upcast(raw('SESSION_TELEPORTED', 1, {}))])
    expect(state.unknownEvents).toBe(1)
    expect(state.bindings).toHaveLength(1)
  })
})

describe('holes in a chain', () => {
  test('the chain of this build has no holes', () => {
    expect(() => assertNoHoles()).not.toThrow()
  })

  test('a chain with every step has no holes', () => {
    expect(() => assertNoHoles(chain)).not.toThrow()
  })

  test.each(['PERSON_NAMED@1', 'PERSON_NAMED@2'])('the missing step %s is named', (missing) => {
    const upcasters = Object.fromEntries(Object.entries(chain.upcasters).filter(([step]) => step !== missing))
    expect(() => assertNoHoles({ ...chain, upcasters })).toThrow(missing)
  })
})
