import type { SourceConversation } from '../source/source-rows.js'

/** The range that every part of Baton can store, in microseconds since 1970: years of four digits. */
const EARLIEST = Date.UTC(1000, 0, 1) * 1000
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999) * 1000

/**
 * Moves a row's times into the storable range. A time outside (a zero time, infinity, a year BC) becomes the nearest
 * storable one, so that rows keep their order. `note` gets a sentence for each change.
 */
export function clampTimes<Row extends object>(row: Row, what: string, note: (text: string) => void): Row {
  const outside = Object.entries(row).filter(
    ([name, value]): boolean =>
      name.endsWith('At') && typeof value === 'number' && (value < EARLIEST || value > LATEST),
  )
  if (outside.length === 0) return row
  const clamped = outside.map(([name, value]): [string, number] => {
    const nearest = value < EARLIEST ? EARLIEST : LATEST
    note(`${what} has a ${name} that cannot be stored: it becomes ${new Date(nearest / 1000).toISOString()}`)
    return [name, nearest]
  })
  return { ...row, ...Object.fromEntries(clamped) }
}

/** Clamps all rows of a conversation, and returns the notes. */
export function withinTimes(source: SourceConversation): { source: SourceConversation; notes: string[] } {
  const notes: string[] = []
  const note = (text: string): void => void notes.push(text)
  const { chat } = source
  return {
    source: {
      ...source,
      chat: chat === null ? null : clampTimes(chat, `chat ${chat.id}`, note),
      tasks: source.tasks.map((row) => clampTimes(row, `task ${row.id}`, note)),
      messages: source.messages.map((row) => clampTimes(row, `message ${row.id}`, note)),
    },
    notes,
  }
}
