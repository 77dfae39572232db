import { timestamp } from '../clock.js'
import { aboutOf, ApiError, isPassing } from './api-error.js'
import type { Client } from './client.js'
import type { Log } from './log.js'
import { messageOf } from './log.js'
import { pause } from './pause.js'

/** One entry for people who watch the run. `kind` is free text: text, tool, error, ... */
export interface ProgressEntry {
  kind: string
  text: string
}

/** Entries within this time share a call. */
const GATHER_MS = 300
/** The server accepts 500 entries, and 2.5 MB including JSON escapes. */
const MOST_ENTRIES = 200
const MOST_CHARACTERS = 300_000
/** The server accepts 64 KB of UTF-8; a code unit takes three bytes at most. */
const LONGEST_TEXT = 20_000
/** The most entries that wait while the server is down. Older ones are dropped: no run depends on its progress. */
const MOST_WAITING = 2000

export interface Progress {
  add(entry: ProgressEntry): void
  /** Sends the waiting entries, with one attempt at most. Never rejects. */
  close(): Promise<void>
}

/** Streams a run's progress in order, numbered from 0. The run never waits for it. */
export function streamProgress(
  client: Client,
  { taskId, claimToken }: { taskId: string; claimToken: string },
  { before, log }: { before: () => Promise<void>; log: Log },
): Progress {
  let waiting: (ProgressEntry & { seq: number; at: string })[] = []
  let seq = 0
  let sending: Promise<void> | null = null
  let refused = false
  const closing = new AbortController()

  async function sendAll(): Promise<void> {
    await pause(GATHER_MS, closing.signal)
    await before()
    while (waiting.length > 0) {
      const batch = firstOf(waiting)
      try {
        await client.send('ReportTaskProgress', { input: { taskId, claimToken, entries: batch } })
        waiting = waiting.filter((entry) => !batch.includes(entry))
      } catch (error) {
        if (isPassing(error) && !closing.signal.aborted) {
          await pause(1000, closing.signal)
          continue
        }
        refused = isForGood(error)
        waiting = []
        const message = refused ? NO_MORE : 'The server did not accept progress entries.'
        log('warn', message, { taskId, error: messageOf(error) })
      }
    }
    sending = null
  }

  return {
    add({ kind, text }) {
      if (refused) return
      waiting.push({ seq, kind: kind.slice(0, 100), text: text.slice(0, LONGEST_TEXT), at: timestamp() })
      seq += 1
      if (waiting.length > MOST_WAITING) waiting = waiting.slice(-MOST_WAITING)
      sending ??= sendAll()
    },
    async close() {
      closing.abort()
      await sending
    },
  }
}

const NO_MORE = 'The server accepts no more progress of this run. The run continues without progress.'

/** The task has as much progress as a task may have, or has moved on, so later entries would be refused too. */
function isForGood(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false
  // A problem of a single entry has a longer path.
  const fields = Array.isArray(error.fields) ? (error.fields as { path?: unknown }[]) : []
  return aboutOf(error) === 'CLAIM' || fields.some(({ path }) => path === 'input.entries')
}

function firstOf<Entry extends { text: string }>(entries: readonly Entry[]): Entry[] {
  let characters = 0
  const end = entries.findIndex((entry, index) => {
    characters += entry.text.length
    return index > 0 && (characters > MOST_CHARACTERS || index >= MOST_ENTRIES)
  })
  return entries.slice(0, end === -1 ? entries.length : end)
}
