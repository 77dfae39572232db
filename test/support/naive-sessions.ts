import type { StreamEvent } from '../../src/session-pointer/events.js'

/** What a reader who goes through the raw events with a pencil knows of one session. */
export interface NaiveSession {
  /** Where the run that named it last ran, and the place in the stream of that word. */
  runtimeId: string | null
  namedAt: number
  /** The last word on whether it may be resumed, and the place of that word. */
  sound: boolean
  judgedAt: number
  /** Given up, refused or reset, ever. */
  gone: boolean
  reset: boolean
  /** Failed runs that had been offered it since a run last completed on it. */
  failures: number
  /** The place of the last failure counted. */
  countedAt: number
}

interface NaiveClaim {
  offered: string | null
  pinned: string | null
  started: boolean
  /** It was under way when what it goes on with was reset. */
  reset: boolean
}

/**
 * The sessions of a conversation by a simple scan of its raw events: a second opinion that shares no code with the
 * fold, and knows only what the invariants need. It cannot rank an import of a session that was known already.
 */
export class NaiveSessions {
  readonly sessions = new Map<string, NaiveSession>()
  gap = false
  /** An import of a session that was known already has been seen: its place in the order is not known here. */
  importedAgain = false
  private readonly claims = new Map<string, NaiveClaim>()

  constructor(events: readonly StreamEvent[]) {
    for (const event of events) this.read(event)
  }

  /** The sessions that may be offered on this runtime, as far as their own life tells. */
  soundOn(runtimeId: string, maxFailures: number): string[] {
    const sound = [...this.sessions].filter(([, session]) => {
      return session.sound && !session.gone && session.failures < maxFailures && session.runtimeId === runtimeId
    })
    return sound.map(([sessionId]) => sessionId).sort()
  }

  private read(event: StreamEvent): void {
    const claim = event.taskId === null ? undefined : this.claims.get(event.taskId)
    switch (event.type) {
      case 'TASK_CLAIMED':
        if (event.taskId === null) return
        this.claims.set(event.taskId, {
          offered: event.data.decision?.sessionId ?? null,
          pinned: null,
          started: false,
          reset: false,
        })
        return
      case 'TASK_STARTED':
        if (claim) claim.started = true
        if (claim?.offered && event.data.resumeResult === 'REFUSED') this.known(claim.offered, event).gone = true
        return
      case 'SESSION_PINNED': {
        if (claim && event.data.sessionId !== null) claim.pinned = event.data.sessionId
        const session = event.data.sessionId ?? claim?.pinned
        if (session) this.named(session, event, claim, event.data.cancelledVersion ?? event.version)
        return
      }
      case 'TASK_COMPLETED': {
        const session = event.data.sessionId ?? claim?.pinned
        if (session) this.named(session, event, claim).failures = 0
        return this.ended(event, claim)
      }
      case 'TASK_FAILED': {
        const { sessionId, resumeSafe, retryable } = event.data
        if (sessionId !== null) this.named(sessionId, event, claim)
        const culprit = sessionId ?? claim?.pinned ?? claim?.offered
        if (!resumeSafe && culprit) this.judge(culprit, event, false)
        if (resumeSafe && !retryable && claim?.offered) {
          const offered = this.known(claim.offered, event)
          offered.failures += 1
          offered.countedAt = event.version
        }
        return this.ended(event, claim)
      }
      case 'TASK_RELEASED':
        this.claims.delete(event.taskId ?? '')
        return
      case 'SESSION_RESET': {
        for (const [id, session] of this.sessions) {
          if (event.data.sessionId !== null && event.data.sessionId !== id) continue
          session.reset ||= !session.gone
          session.gone = true
        }
        for (const run of this.claims.values()) {
          const { sessionId } = event.data
          run.reset ||= sessionId === null || sessionId === run.offered || sessionId === run.pinned
        }
        return
      }
      case 'POINTER_IMPORTED':
        if (event.data.sessionId === null) return
        this.importedAgain ||= this.sessions.has(event.data.sessionId)
        if (event.runtimeId !== null) this.named(event.data.sessionId, event)
        else this.known(event.data.sessionId, event)
        return
      default:
        // A cancellation keeps the claim: its late pin is still about what the claim had pinned.
        return
    }
  }

  private ended(event: Extract<StreamEvent, { type: 'TASK_COMPLETED' | 'TASK_FAILED' }>, claim?: NaiveClaim): void {
    const { sessionId, retiredSessionId, transcriptMissing } = event.data
    const own = sessionId ?? claim?.pinned
    if (retiredSessionId !== null) this.known(retiredSessionId, event).gone = true
    if (transcriptMissing && own) this.judge(own, event, false)
    if (transcriptMissing) this.gap = true
    else if (claim?.started) this.gap = false
    this.claims.delete(event.taskId ?? '')
  }

  private known(sessionId: string, { version }: StreamEvent): NaiveSession {
    const blank = {
      runtimeId: null,
      namedAt: version,
      sound: false,
      judgedAt: 0,
      gone: false,
      reset: false,
      failures: 0,
      countedAt: 0,
    }
    const session = this.sessions.get(sessionId) ?? blank
    this.sessions.set(sessionId, session)
    return session
  }

  private named(sessionId: string, event: StreamEvent, claim?: NaiveClaim, place = event.version): NaiveSession {
    const isNew = !this.sessions.has(sessionId)
    const session = this.known(sessionId, event)
    if (claim?.reset && (isNew || place >= Math.max(session.namedAt, session.judgedAt, session.countedAt))) {
      session.reset ||= !session.gone
      session.gone = true
    }
    if (isNew || place >= session.namedAt || session.runtimeId === null) session.runtimeId = event.runtimeId
    session.namedAt = isNew ? place : Math.max(session.namedAt, place)
    this.judge(sessionId, event, true, place)
    return session
  }

  private judge(sessionId: string, event: StreamEvent, sound: boolean, place = event.version): void {
    const session = this.known(sessionId, event)
    if (place < session.judgedAt) return
    session.sound = sound
    session.judgedAt = place
  }
}
