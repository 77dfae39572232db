import type { Binding, StoredBindingState, Turns } from './session-state.js'

/** What one event says about one session. `place` is its rank in the order; `version` is the event's own version. */
export interface SessionFact {
  sessionId: string
  taskId: string | null
  runtimeId: string | null
  workDir: string | null
  agentRevision: number | null
  account: string | null
  store: string | null
  occurredAt: string
  place: number
  version: number
  /** The turns that a session knows if this fact is the first to name it. */
  knows: Turns
}

type Bindings = readonly Binding[]

/** RETIRED and RESET are absorbing: nothing makes them RESUMABLE again, and neither turns into the other. */
function isAbsorbed(binding: Binding): boolean {
  return binding.state === 'RETIRED' || binding.state === 'RESET'
}

export function indexOfSession(bindings: Bindings, sessionId: string): number {
  for (let i = 0; i < bindings.length; i++) if (bindings[i]?.sessionId === sessionId) return i
  return -1
}

/** Inserts `next` by rank, behind bindings of equal rank. */
function insert(bindings: Bindings, next: Binding): Bindings {
  const at = bindings.findIndex((b) => b.rank < next.rank)
  return at < 0 ? [...bindings, next] : bindings.toSpliced(at, 0, next)
}

function replace(bindings: Bindings, index: number, next: Binding): Bindings {
  if (bindings.length === 1) return [next]
  const above = bindings[index - 1]
  // Ranks never fall, so a binding only moves towards the front.
  if (above === undefined || above.rank >= next.rank) return bindings.with(index, next)
  return insert(bindings.toSpliced(index, 1), next)
}

function firstSeen(fact: SessionFact, state: StoredBindingState, stateReason: string | null): Binding {
  return {
    sessionId: fact.sessionId,
    runtimeId: fact.runtimeId,
    workDir: fact.workDir,
    state,
    stateReason,
    agentRevision: fact.agentRevision,
    account: fact.account,
    store: fact.store,
    resumeFailures: 0,
    firstTaskId: fact.taskId,
    lastTaskId: fact.taskId,
    lastActiveAt: fact.occurredAt,
    rank: fact.place,
    factRank: fact.place,
    evidenceVersion: fact.version,
    knows: fact.knows,
  }
}

const NOT_PROVEN = 'nothing in the history proves which runtime made it'

/**
 * Binds the session that the fact names to the fact's runtime, with the fact's fields.
 * `clean` marks a completed run (F5), which sets the failure count back to 0.
 */
export function nameSession(bindings: Bindings, fact: SessionFact, clean = false): Bindings {
  const index = indexOfSession(bindings, fact.sessionId)
  const known = bindings[index]
  if (known === undefined) {
    const proven = fact.runtimeId !== null
    return insert(bindings, firstSeen(fact, proven ? 'RESUMABLE' : 'UNPROVEN', proven ? null : NOT_PROVEN))
  }
  // F12: a late pin ranks at its cancellation, so it changes nothing newer. Only the proof of a runtime may come late (F16).
  if (known.factRank > fact.place && known.state !== 'UNPROVEN') return bindings
  return replace(bindings, index, renewed(known, fact, clean))
}

function renewed(known: Binding, fact: SessionFact, clean: boolean): Binding {
  const absorbed = isAbsorbed(known)
  const runtimeId = fact.runtimeId ?? known.runtimeId
  const proven = runtimeId !== null
  const state = absorbed ? known.state : proven ? 'RESUMABLE' : 'UNPROVEN'
  const resumeFailures = clean ? 0 : known.resumeFailures
  const moved = runtimeId !== known.runtimeId
  const newEvidence = !absorbed && (moved || state !== known.state || resumeFailures !== known.resumeFailures)
  return {
    sessionId: known.sessionId,
    runtimeId,
    workDir: fact.workDir ?? known.workDir,
    state,
    stateReason: absorbed ? known.stateReason : proven ? null : NOT_PROVEN,
    agentRevision: fact.agentRevision ?? known.agentRevision,
    // Fingerprints belong to a runtime, so a move drops those of the old one.
    account: fact.account ?? (moved ? null : known.account),
    store: fact.store ?? (moved ? null : known.store),
    resumeFailures,
    firstTaskId: known.firstTaskId ?? fact.taskId,
    lastTaskId: fact.taskId ?? known.lastTaskId,
    lastActiveAt: fact.occurredAt,
    rank: Math.max(known.rank, fact.place),
    factRank: Math.max(known.factRank, fact.place),
    evidenceVersion: newEvidence ? fact.version : known.evidenceVersion,
    knows: known.knows,
  }
}

/** The session took part in the turn that ended at `turns`, so it knows all turns up to there (H2). */
export function tookPart(bindings: Bindings, sessionId: string | null, turns: Turns): Bindings {
  if (sessionId === null) return bindings
  const index = indexOfSession(bindings, sessionId)
  const known = bindings[index]
  return known === undefined || known.knows.version > turns.version
    ? bindings
    : bindings.with(index, { ...known, knows: turns })
}

/** Sets a session's state. A verdict is not activity, so the rank stays. An unknown session is recorded with its verdict. */
export function judgeSession(
  bindings: Bindings,
  fact: SessionFact,
  state: StoredBindingState,
  reason: string | null,
): Bindings {
  const index = indexOfSession(bindings, fact.sessionId)
  const known = bindings[index]
  if (known === undefined) return insert(bindings, firstSeen(fact, state, reason))
  if (isAbsorbed(known)) return bindings
  const factRank = Math.max(known.factRank, fact.place)
  if (known.state === state) return replace(bindings, index, { ...known, factRank })
  return replace(bindings, index, { ...known, state, stateReason: reason, factRank, evidenceVersion: fact.version })
}

/** Sets the work dir of a session that the event does not name. Neither its state nor its rank changes. */
export function moveSession(bindings: Bindings, sessionId: string, workDir: string, version: number): Bindings {
  const index = indexOfSession(bindings, sessionId)
  const known = bindings[index]
  return known === undefined ? bindings : replace(bindings, index, { ...known, workDir, factRank: version })
}

/** F6, F17: counts one more failed run that was offered this session. */
export function countFailure(bindings: Bindings, sessionId: string, version: number): Bindings {
  const index = indexOfSession(bindings, sessionId)
  const known = bindings[index]
  if (known === undefined) return bindings
  return replace(bindings, index, {
    ...known,
    resumeFailures: known.resumeFailures + 1,
    factRank: version,
    // In any other state, the state and not the count keeps the session from being offered.
    evidenceVersion: known.state === 'RESUMABLE' ? version : known.evidenceVersion,
  })
}

/** F15: resets the session; null resets all of them. */
export function resetSessions(
  bindings: Bindings,
  sessionId: string | null,
  reason: string | null,
  version: number,
): Bindings {
  const meant = (b: Binding): boolean => (sessionId === null || b.sessionId === sessionId) && !isAbsorbed(b)
  if (!bindings.some(meant)) return bindings
  return bindings.map((b) =>
    meant(b)
      ? {
          ...b,
          state: 'RESET' as const,
          stateReason: reason,
          factRank: Math.max(b.factRank, version),
          evidenceVersion: version,
        }
      : b,
  )
}

/** F16: an imported pointer to the newest session, which is bound already, raises only its rank. */
export function raiseNewest(bindings: Bindings, version: number): Bindings {
  const newest = bindings[0]
  return newest === undefined ? bindings : replace(bindings, 0, { ...newest, rank: version, factRank: version })
}
