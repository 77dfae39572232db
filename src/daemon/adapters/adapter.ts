import type { Usage } from '../client/usage.js'
import type { AgentSettings } from './agent-settings.js'
import type { Permissions } from './permissions.js'
import type { WasTold } from './transcripts.js'

/** One turn of an agent CLI. */
export interface Turn extends AgentSettings {
  /** Turns of one conversation come one after the other. */
  conversation: string
  prompt: string
  /** Absolute; the CLI's current directory. */
  workDir: string
  /** The session to go on with; null starts a new one. It belongs to `workDir`. */
  resume: string | null
  /** Fires when the turn must end: the CLI is asked to, and killed when it does not. */
  signal: AbortSignal
  /**
   * The provider went on with the session it was given, (REFUSED) quietly started another one, or cannot resume at all.
   * null: it works, and has not said in which session.
   */
  onResume: (result: 'RESUMED' | 'REFUSED' | 'NOT_ATTEMPTED' | null) => void
  /** The session that the turn is stored in, by the provider's own word, as soon as it can be trusted. */
  onSession: (sessionId: string) => void
  onProgress: (entry: { kind: string; text: string }) => void
  /**
   * The agent has done something: said something of its own, or called a tool, which then runs until it is told of again
   * as not running. Not for lines that only say that it waits or tries again: an idle turn is known by their absence.
   */
  onWork: (tool?: { id: string; running: boolean }) => void
}

interface Ended {
  sessionId: string | null
  /** The provider's store can be read, and holds no transcript of the session. */
  transcriptMissing: boolean
  /** What this turn used, not its session so far; null or left out: not known. */
  usage?: Usage | null
}

/** Why a turn failed. */
export interface TurnFailure {
  failureReason: string
  /** What is known of the reason: the provider's words, or the daemon's own. It may be judged. */
  error: string
  /** What the program or its agent wrote besides, such as stderr: for people to read, and never judged. */
  words?: string
  /** When the provider says that it may be asked again, in milliseconds since 1970. */
  retryAt?: number | null
}

export type TurnEnd =
  | (Ended & { kind: 'completed'; output: string; result: unknown })
  | (Ended & TurnFailure & { kind: 'failed' })
  /** The provider did not go on with the session. Where no tool has run, a fresh turn can take its place. */
  | {
      kind: 'refused'
      error: string
      toolsRan: boolean
      /**
       * It failed before it had done anything, in words that nobody knows to be a refusal: it is one if a new session
       * then does better.
       */
      perhaps?: true
    }

/** How one provider's CLI is started and understood. Never rejects for what the CLI does. */
export interface Adapter {
  provider: string
  cliVersion: string | null
  /** Salted hashes: whose sessions these are, and where they are kept. null: not known. */
  account: string | null
  store: string | null
  /** The account that it is signed in to by now. */
  accountNow?: () => Promise<string | null>
  /** What its agents may do at most. */
  permissions: Permissions
  /** Keys of an agent's config that this CLI knows no way to follow. */
  cannot: readonly string[]
  /** Whether a message is the last thing that a session was told; null where that is not known. */
  wasTold?: WasTold
  run: (turn: Turn) => Promise<TurnEnd>
  /** Ends what still runs between turns. */
  close?: () => Promise<void>
}
