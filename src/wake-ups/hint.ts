/**
 * Hints that something may have changed: a runtime may have work, or a workspace's log has grown. A hint carries no
 * data and grants nothing: its receiver reads the database. A lost hint costs latency, never data.
 */
export interface Hints {
  runtimes: readonly { workspaceId: string; runtimeId: string }[]
  /** Workspaces whose log has grown, with the new head. */
  logs: readonly { workspaceId: string; position: bigint }[]
  /** Claims that somebody else than their holder ended. */
  signals?: readonly ClaimSignal[]
}

/** A held claim was cancelled, or is lost: its lease expired, or the server failed its task. */
export interface ClaimSignal {
  workspaceId: string
  runtimeId: string
  taskId: string
  verdict: 'CANCELLED' | 'LOST'
}

/** Announces committed changes. */
export interface Announcer {
  announce(hints: Hints): void
}

export function runtimeTopic(workspaceId: string, runtimeId: string): string {
  return `r/${workspaceId}/${runtimeId}`
}

export function logTopic(workspaceId: string): string {
  return `l/${workspaceId}`
}

/** The topic of a run that reports to this process. */
export function progressTopic(workspaceId: string, taskId: string): string {
  return `p/${workspaceId}/${taskId}`
}

/** The topic of all signals of a workspace. Their content does not travel through the hub. */
export function signalTopic(workspaceId: string): string {
  return `s/${workspaceId}`
}
