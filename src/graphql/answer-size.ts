import type { GraphQLError } from 'graphql'
import { queryTooComplex } from './errors.js'

/** So many characters of text an answer may hold, and so many bytes of it are read from the database for it. */
export const MOST_TEXT = 32 * 1024 * 1024
const LONG_TEXT = 256 * 1024

/** How much text one answer has taken so far: refused with QUERY_TOO_COMPLEX once it is too much. */
export class AnswerSize {
  private written = 0
  private bytesRead = 0
  private granted = 0
  private lastRead: Promise<unknown> | null = null

  /** Whether writing it takes long enough to be done in turns. */
  get isLong(): boolean {
    return this.written > LONG_TEXT
  }

  /** Whether something was refused: what is there of a query's answer is not to be sent then. */
  get isExceeded(): boolean {
    return this.written > MOST_TEXT + this.granted || this.bytesRead > MOST_TEXT
  }

  /** For the next answer of a stream. */
  startAnew(): void {
    this.written = this.bytesRead = this.granted = 0
  }

  /** So many characters may be said twice, beyond what any answer may hold. */
  grant(characters: number): void {
    this.granted += 2 * characters
  }

  /** Counts a text, or any JSON value, on its way into the answer, as often as it is in it. */
  write<T>(value: T): T {
    this.written += sizeOf(value)
    if (this.written > MOST_TEXT) this.refuseTooMuch()
    return value
  }

  /**
   * Rows with texts. Reads of one answer come one after another, so that each knows what is left: `read` is given how many
   * bytes those are, and tells how many it took. It may take one row too many, never more.
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

  /** @throws QUERY_TOO_COMPLEX where something was refused already. */
  refuseTooMuch(): void {
    if (this.isExceeded) throw textsTooLarge()
  }
}

export function textsTooLarge(): GraphQLError {
  return queryTooComplex(`The texts of this answer are larger than ${MOST_TEXT / 1024 / 1024} MB.`)
}

/** About what it takes in JSON, in characters. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 8
  let size = 2
  if (Array.isArray(value)) for (const entry of value) size += 1 + sizeOf(entry)
  else for (const [name, entry] of Object.entries(value)) size += 4 + name.length + sizeOf(entry)
  return size
}
