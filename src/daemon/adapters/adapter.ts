import type { Usage } from '../client/usage.js'
import type { AgentSettings } from './agent-settings.js'
import type { Permissions } from './permissions.js'
import type { WasTold } from './transcripts.js'

/** One turn of an agent CLI. */
export interface Turn extends AgentSettings {
  /** Turns of one conversation run one after the other. */
  conversation: string
  prompt: string
  /** Absolute; the CLI's current directory. */
  workDir: string
  /** The session to resume, which belongs to `workDir`; null starts a new one. */
  resume: string | null
  /** Fires when the turn must end: the CLI is asked to end, and killed if it does not. */
  signal: AbortSignal
  /**
   * RESUMED: the provider resumed the session. REFUSED: it started another one without an error. NOT_ATTEMPTED: it cannot
   * resume. null: it works, and has not named its session.
   */
  onResume: (result: 'RESUMED' | 'REFUSED' | 'NOT_ATTEMPTED' | null) => void
  /** Reports the session that the provider stores the turn in, once the id is certain. */
  onSession: (sessionId: string) => void
  onProgress: (entry: { kind: string; text: string }) => void
  /**
   * Reports work: text of the agent, or a tool call, which runs until it is reported as not running. Lines about waiting or
   * retrying do not count as work, so that an idle turn can be recognised.
   */
  onWork: (tool?: { id: string; running: boolean }) => void
}

interface Ended {
  sessionId: string | null
  /** The provider's store is readable and holds no transcript of the session. */
  transcriptMissing: boolean
  /** What this turn used, without earlier turns of its session; null or missing if unknown. */
  usage?: Usage | null
}

/** Why a turn failed. */
export interface TurnFailure {
  failureReason: string
  /** The provider's or the daemon's error text. The failure rules read it. */
  error: string
  /** Other output of the program, such as stderr. It is for people; the failure rules do not read it. */
  words?: string
  /** The time from which the provider accepts requests again, in milliseconds since 1970. */
  retryAt?: number | null
}

export type TurnEnd =
  | (Ended & { kind: 'completed'; output: string; result: unknown })
  | (Ended & TurnFailure & { kind: 'failed' })
  /** The provider did not resume the session. If no tool has run, a fresh turn can replace this one. */
  | {
      kind: 'refused'
      error: string
      toolsRan: boolean
      /** The turn failed before any work, with an unknown error. It counts as a refusal if a new session succeeds. */
      perhaps?: true
    }

/** Starts one provider's CLI and interprets its output. Never rejects because of the CLI's behaviour. */
export interface Adapter {
  provider: string
  cliVersion: string | null
  /** Salted hashes of the account that owns the sessions and of the store that holds them; null if unknown. */
  account: string | null
  store: string | null
  /** The account that the CLI is signed in to now. */
  accountNow?: () => Promise<string | null>
  /** The widest permissions of its agents. */
  permissions: Permissions
  /** Keys of an agent's config that this CLI does not support. */
  cannot: readonly string[]
  /** Whether a message is the last one in a session's transcript; null if unknown. */
  wasTold?: WasTold
  run: (turn: Turn) => Promise<TurnEnd>
  /** Ends processes that are kept between turns. */
  close?: () => Promise<void>
}
