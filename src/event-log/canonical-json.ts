/**
 * JSON with sorted object keys, because the database may return keys in another order. Array indices come first, by number
 * (as JavaScript always orders them), then all other keys by their UTF-16 code units. Everything else is as in
 * JSON.stringify. Digests and argument hashes are computed over this text, so its format never changes.
 */
export function canonicalJson(value: unknown): string {
  return written(value) ?? 'null'
}

/** Returns undefined for values that JSON omits. */
function written(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'number':
      return Number.isFinite(value) ? String(value) : 'null'
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      if (Array.isArray(value)) return writtenArray(value)
      return 'toJSON' in value && typeof value.toJSON === 'function'
        ? written((value as { toJSON(): unknown }).toJSON())
        : writtenObject(value as Record<string, unknown>)
    case 'bigint':
      throw new TypeError('A BigInt has no form in JSON.')
    default:
      return undefined
  }
}

function writtenArray(items: readonly unknown[]): string {
  let text = '['
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += ','
    text += written(items[i]) ?? 'null'
  }
  return `${text}]`
}

function writtenObject(object: Record<string, unknown>): string {
  let text = ''
  for (const key of sortedKeys(object)) {
    const inner = written(object[key])
    if (inner === undefined) continue
    text += text === '' ? '{' : ','
    text += `${quoted(key)}:${inner}`
  }
  return text === '' ? '{}' : `${text}}`
}

/**
 * An insertion sort. Objects have few keys, often in order already, so the overhead of Array.sort would exceed its work.
 */
function sortedKeys(object: object): string[] {
  const keys = Object.keys(object)
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i] ?? ''
    if (!comesBefore(key, keys[i - 1] ?? '')) continue
    if (keys.length > 32) return keys.sort((a, b) => (comesBefore(a, b) ? -1 : 1))
    let place = i
    for (; place > 0 && comesBefore(key, keys[place - 1] ?? ''); place--) keys[place] = keys[place - 1] ?? ''
    keys[place] = key
  }
  return keys
}

function comesBefore(a: string, b: string): boolean {
  const [first, second] = [indexOf(a), indexOf(b)]
  if (first < 0 && second < 0) return a < b
  return second < 0 || (first >= 0 && first < second)
}

/** The key as an array index; -1 if it is not an array index. */
function indexOf(key: string): number {
  const code = key.charCodeAt(0)
  if (!(code >= 48 && code <= 57)) return -1
  const index = Number(key)
  return index < 4_294_967_295 && String(index) === key ? index : -1
}

/** The characters that JSON escapes: quotes, backslashes, control characters and surrogates. */
const ESCAPED = /["\\\p{Cc}\p{Cs}]/u

function quoted(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`
}
