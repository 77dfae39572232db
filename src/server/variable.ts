import { z } from 'zod'

/** A setting: how its text is read, and what it is without one. */
export interface Variable<T> {
  schema: z.ZodType<T, string>
  fallback: T
  /** What it is, as docs/operate.md and `--help` say it. */
  about: string
  /** Follows "must be". */
  expected: string
  /** Its value is never shown, not even when it is wrong. */
  secret?: true
}

export function wholeNumber(about: string, from: number, to: number, fallback: number): Variable<number> {
  const schema = z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number)
    .refine((value) => value >= from && value <= to)
  return { schema, fallback, about, expected: `a whole number from ${from} to ${to}` }
}

export function isPostgresUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, searchParams } = new URL(text)
  return (protocol === 'postgresql:' || protocol === 'postgres:') && (hostname !== '' || searchParams.has('host'))
}

/** Exactly as browsers send it, because it is compared with what they send. */
export function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text
}
