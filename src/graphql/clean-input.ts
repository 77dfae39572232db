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

/** Copied from its first item that is not clean: most of what comes in is clean, and all of it comes through here. */
function cleanList(list: readonly unknown[], depth: number): readonly unknown[] {
  let copy: unknown[] | null = null
  for (const [index, item] of list.entries()) {
    const result = clean(item, depth + 1)
    if (copy === null && result !== item) copy = list.slice(0, index)
    copy?.push(result)
  }
  return copy ?? list
}

function cleanObject(object: object, depth: number): object {
  const values = object as Readonly<Record<string, unknown>>
  const keys = Object.keys(values)
  let entries: [string, unknown][] | null = null
  for (const [index, key] of keys.entries()) {
    const [name, item] = [cleanText(key), clean(values[key], depth + 1)]
    if (entries === null && (name !== key || item !== values[key])) {
      entries = keys.slice(0, index).map((before) => [before, values[before]])
    }
    entries?.push([name, item])
  }
  return entries === null ? object : Object.fromEntries(entries)
}
