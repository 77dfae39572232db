/**
 * A hint that something may have changed: a runtime may have work, or a workspace's log has grown. It carries nothing
 * else and grants nothing: whoever gets it looks. A lost hint costs latency, never data.
 */
export interface Hints {
  runtimes: readonly { workspaceId: string; runtimeId: string }[]
  /** Workspaces whose log has grown, and where its head stands now. */
  logs: readonly { workspaceId: string; position: bigint }[]
  /** Claims that ended without their holder. */
  signals?: readonly ClaimSignal[]
}

/** A held claim was cancelled, or is lost: its lease ran out, or its task was failed by the server. */
export interface ClaimSignal {
  workspaceId: string
  runtimeId: string
  taskId: string
  verdict: 'CANCELLED' | 'LOST'
}

/** Where committed changes are made known. */
export interface Announcer {
  announce(hints: Hints): void
}

/** For who works alone: a command, a test. */
export const silence: Announcer = { announce: () => undefined }

export function runtimeTopic(workspaceId: string, runtimeId: string): string {
  return `r/${workspaceId}/${runtimeId}`
}

export function logTopic(workspaceId: string): string {
  return `l/${workspaceId}`
}

/** Of a run that reports to this process. */
export function progressTopic(workspaceId: string, taskId: string): string {
  return `p/${workspaceId}/${taskId}`
}

/** Of all signals of a workspace; what they say is told beside it. */
export function signalTopic(workspaceId: string): string {
  return `s/${workspaceId}`
}
