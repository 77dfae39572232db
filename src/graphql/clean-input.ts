/** As deep as JSON input may be (see input-rules.ts), and a little more: what lies deeper is refused, not cleaned. */
const MAX_DEPTH = 40

const NUL = /\0/g

/**
 * The value with every text in it made storable: NUL characters, which PostgreSQL cannot hold, are taken out, and
 * halves of surrogate pairs, which UTF-8 cannot express, become U+FFFD. The same object where there was nothing to clean.
 */
export function cleanInput<T>(value: T): T {
  return clean(value, 0) as T
}

function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (value === null || typeof value !== 'object' || value instanceof Date || depth > MAX_DEPTH) return value
  return Array.isArray(value) ? cleanList(value, depth) : cleanObject(value, depth)
}

function cleanText(text: string): string {
  const stripped = text.includes('\0') ? text.replaceAll(NUL, '') : text
  return stripped.isWellFormed() ? stripped : stripped.toWellFormed()
}

function cleanList(list: readonly unknown[], depth: number): readonly unknown[] {
  let changed = false
  const cleaned = list.map((item) => {
    const result = clean(item, depth + 1)
    changed ||= result !== item
    return result
  })
  return changed ? cleaned : list
}

function cleanObject(object: object, depth: number): object {
  let changed = false
  const entries = Object.entries(object).map(([key, item]: [string, unknown]) => {
    const result = [cleanText(key), clean(item, depth + 1)] as const
    changed ||= result[0] !== key || result[1] !== item
    return result
  })
  return changed ? Object.fromEntries(entries) : object
}
