import type { GraphQLError } from 'graphql'
import { queryTooComplex } from './errors.js'

/** Maximum text of one answer: in characters as written, and in bytes as read from the database. */
export const MOST_TEXT = 32 * 1024 * 1024
const LONG_TEXT = 256 * 1024

/** Counts the text of one answer, and refuses with QUERY_TOO_COMPLEX once there is too much. */
export class AnswerSize {
  private written = 0
  private bytesRead = 0
  private granted = 0
  private lastRead: Promise<unknown> | null = null

  /** Whether writing the answer takes long enough to yield the event loop in between. */
  get isLong(): boolean {
    return this.written > LONG_TEXT
  }

  /** Whether the limit is exceeded. A partial answer to a query must not be sent then. */
  get isExceeded(): boolean {
    return this.written > MOST_TEXT + this.granted || this.bytesRead > MOST_TEXT
  }

  /** Resets the counters for the next answer of a stream. */
  startAnew(): void {
    this.written = this.bytesRead = this.granted = 0
  }

  /** Allows a text of this length to appear twice on top of the limit. */
  grant(characters: number): void {
    this.granted += 2 * characters
  }

  /** Counts a text or JSON value that is written into the answer, once per occurrence. */
  write<T>(value: T): T {
    this.written += sizeOf(value)
    if (this.written > MOST_TEXT) this.refuseTooMuch()
    return value
  }

  /**
   * Reads rows with texts. Reads of one answer run one after another, so that each knows the remaining budget: `read` gets
   * the bytes left and returns the bytes it used. It may exceed the budget by one row at most.
   *
   * @throws QUERY_TOO_COMPLEX when the limit is exceeded.
   */
  async readTexts<Row>(read: (left: number) => Promise<{ rows: Row[]; bytes: number }>): Promise<Row[]> {
    const before = this.lastRead
    const reading = (async () => {
      await before
      this.refuseTooMuch()
      const { rows, bytes } = await read(MOST_TEXT - this.bytesRead)
      this.bytesRead += bytes
      this.refuseTooMuch()
      return rows
    })()
    this.lastRead = reading.catch(() => undefined)
    return reading
  }

  /** @throws QUERY_TOO_COMPLEX when the limit is exceeded. */
  refuseTooMuch(): void {
    if (this.isExceeded) throw textsTooLarge()
  }
}

export function textsTooLarge(): GraphQLError {
  return queryTooComplex(`The texts of this answer are larger than ${MOST_TEXT / 1024 / 1024} MB.`)
}

/** Approximate length of the value as JSON, in characters. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 8
  let size = 2
  if (Array.isArray(value)) for (const entry of value) size += 1 + sizeOf(entry)
  else for (const [name, entry] of Object.entries(value)) size += 4 + name.length + sizeOf(entry)
  return size
}
