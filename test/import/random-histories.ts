import * as fc from 'fast-check'
import type { SourceChat, SourceTask } from '../../src/import/source/source-rows.js'
import { aChat, aTask, LAPTOP, minute, SERVER } from './given-rows.js'

/** How a run ended, in truth. */
const ENDS = [
  'COMPLETED',
  'COMPLETED',
  'CRASHED',
  'CANCELLED',
  'UNDER_WAY',
  /** The provider would refuse the session again. */
  'POISONED',
  /** The provider refused to resume, and the run went on in a session of its own. */
  'GIVEN_UP',
  /** The CLI never wrote its new session down. */
  'NOT_STORED',
  /** The session was too large to be resumed; the row does not say which it was. */
  'OVERFLOWED',
] as const

interface Run {
  do: 'run'
  on: 0 | 1
  end: (typeof ENDS)[number]
  /** It was told to start fresh. */
  fresh: boolean
  /** Its daemon came to report the session. */
  reports: boolean
  /** Its runtime was deleted later: the row names none. */
  forgotten: boolean
  /** The chat's row was not set to it. */
  missed: boolean
}

type Step = Run | { do: 'retry that never ran'; on: 0 | 1 } | { do: 'begin anew'; clears: boolean }

export interface History {
  /** A source from before chats named their runtime; it has neither generations nor sessions that were given up. */
  isOld: boolean
  isChat: boolean
  /** The session that its chat had before there were rows that name sessions; null: none. */
  earlier: 0 | 1 | null
  steps: readonly Step[]
}

const rarely = fc.nat({ max: 7 }).map((n) => n === 0)
const place = fc.constantFrom<(0 | 1)[]>(0, 0, 1)
const run = fc.record<Run>({
  do: fc.constant('run'),
  on: place,
  end: fc.constantFrom(...ENDS),
  fresh: rarely,
  reports: rarely.map((not) => !not),
  forgotten: rarely,
  missed: rarely,
})
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: run },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retry that never ran' as const), on: place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('begin anew' as const), clears: fc.boolean() }) },
)

export const histories: fc.Arbitrary<History> = fc.record({
  isOld: fc.boolean(),
  isChat: fc.nat({ max: 3 }).map((n) => n > 0),
  earlier: fc.option(place, { freq: 4 }),
  steps: fc.array(step, { maxLength: 8, size: 'max' }),
})

interface Session {
  id: string
  /** Where it lives: it never moves. */
  home: string
  /** It can be resumed there. */
  isFit: boolean
}

export interface Told {
  chat: SourceChat | null
  tasks: SourceTask[]
  /** The session to go on with, and the only runtime where that can be; null: none. */
  truth: { sessionId: string; runtimeId: string } | null
}

/** The rows that a history leaves in a source, and what is true. Ids are unique within it. */
export function tell({ isOld, isChat, earlier, steps }: History): Told {
  const homes = [LAPTOP, SERVER] as const
  const tasks: SourceTask[] = []
  /** The one that was active last comes last. */
  let sessions: Session[] = []
  let pointer: { sessionId: string; runtimeId: string } | null = null
  let revision = 1
  let made = 0
  const begin = (home: string): Session => ({ id: `s${++made}`, home, isFit: true })
  const touch = (session: Session): void => void (sessions = [...sessions.filter((one) => one !== session), session])
  if (isChat && earlier !== null) {
    const session = begin(homes[earlier])
    touch(session)
    pointer = { sessionId: session.id, runtimeId: session.home }
  }

  const live = ({ on, end, fresh, reports, forgotten, missed }: Run): void => {
    const home = homes[on]
    const newest = sessions.findLast(({ isFit }) => isFit)
    const resumed = !fresh && newest?.home === home ? newest : null
    const row = (told: Partial<SourceTask>): void => {
      const id = `t${tasks.length + 1}`
      const contextRevision = revision === 1 ? null : revision
      tasks.push(aTask(id, tasks.length + 1, { runtimeId: forgotten ? null : home, contextRevision, ...told }))
    }
    if (end === 'OVERFLOWED' && resumed !== null) {
      for (const session of sessions) session.isFit = false
      const error = 'thread/resume failed: failed to read response: token too long'
      return row({ status: 'failed', ...(isOld ? { error } : { failureReason: 'codex_resume_oversized' }) })
    }
    if (end === 'NOT_STORED' && resumed === null && !isOld) return row({ sessionRolloutMissing: true })
    if (end === 'GIVEN_UP' && resumed !== null && !isOld) {
      resumed.isFit = false
      const session = begin(home)
      touch(session)
      if (isChat && !missed) pointer = { sessionId: session.id, runtimeId: home }
      return row({ sessionId: session.id, retiredSessionId: resumed.id })
    }
    if (end === 'POISONED') {
      const session = resumed ?? begin(home)
      session.isFit = false
      touch(session)
      return row({ status: 'failed', failureReason: 'iteration_limit', sessionId: session.id })
    }
    const isCompleted = !(end === 'CRASHED' || end === 'CANCELLED' || end === 'UNDER_WAY')
    const named = isCompleted || reports ? (resumed ?? begin(home)) : null
    if (named !== null) touch(named)
    if (isCompleted && isChat && !missed && named !== null) pointer = { sessionId: named.id, runtimeId: home }
    row({
      sessionId: named?.id ?? null,
      ...(end === 'CRASHED' && { status: 'failed', failureReason: 'agent_error', error: 'It broke.' }),
      ...(end === 'CANCELLED' && { status: 'cancelled' }),
      ...(end === 'UNDER_WAY' && { status: 'running', completedAt: null }),
    })
  }

  for (const one of steps) {
    if (one.do === 'run') live(one)
    else if (one.do === 'retry that never ran') {
      const parent = tasks.at(-1)
      if (parent === undefined) continue
      const { id: parentTaskId, sessionId, contextRevision } = parent
      const never = { status: 'cancelled', dispatchedAt: null, startedAt: null }
      const told = { ...never, parentTaskId, sessionId, contextRevision, runtimeId: homes[one.on] }
      tasks.push(aTask(`t${tasks.length + 1}`, tasks.length + 1, told))
    } else if (isChat && !isOld) {
      revision += 1
      for (const session of sessions) session.isFit = false
      if (one.clears) pointer = null
    }
  }
  const isProven = ({ id }: Session): boolean =>
    tasks.some((task) => task.sessionId === id && task.runtimeId !== null && task.startedAt !== null) ||
    (!isOld && pointer?.sessionId === id)
  const truth = sessions.findLast((session) => session.isFit && isProven(session))
  return {
    chat: isChat
      ? aChat({
          sessionId: pointer?.sessionId ?? null,
          runtimeId: isOld ? null : (pointer?.runtimeId ?? null),
          contextRevision: revision === 1 ? null : revision,
          updatedAt: minute(100),
        })
      : null,
    tasks,
    truth: truth === undefined ? null : { sessionId: truth.id, runtimeId: truth.home },
  }
}
