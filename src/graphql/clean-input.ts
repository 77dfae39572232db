/** A little more than the allowed depth of JSON input (input-rules.ts): deeper input is refused, not cleaned. */
const MAX_DEPTH = 40

const NUL = /\0/g

/**
 * Makes every text in a value storable: removes NUL characters, which PostgreSQL cannot store, and replaces lone
 * surrogates, which UTF-8 cannot express, by U+FFFD. Returns the same object if nothing had to be cleaned.
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

/** Copies the list only from its first unclean item on: all input passes here, and most of it is clean. */
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
