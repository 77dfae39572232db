/** The characters that one turn writes, which takes a millisecond or less. */
const PIECE = 64 * 1024
/** The largest value that goes to `JSON.stringify` as a whole, in characters. */
const SMALL = 4 * 1024

/** Writes a plain value as JSON, one piece per turn. */
export async function jsonInTurns(value: unknown, turn: () => Promise<void>): Promise<string> {
  const pieces: string[] = []
  let piece: string[] = []
  let length = 0
  for (const part of partsOf(value)) {
    piece.push(part)
    length += part.length
    if (length < PIECE) continue
    pieces.push(piece.join(''))
    piece = []
    length = 0
    await turn()
  }
  return [...pieces, ...piece].join('')
}

function* partsOf(value: unknown): Generator<string> {
  if (value === null || typeof value !== 'object' || roomLeft(value, SMALL) >= 0) {
    yield JSON.stringify(value) ?? 'null'
    return
  }
  const isArray = Array.isArray(value)
  let before = isArray ? '[' : '{'
  for (const [key, entry] of Object.entries(value)) {
    if (!isArray && entry === undefined) continue
    yield isArray ? before : `${before}${JSON.stringify(key)}:`
    yield* partsOf(entry)
    before = ','
  }
  // The value has only undefined entries, so nothing was written yet.
  if (before !== ',') yield before
  yield isArray ? ']' : '}'
}

/** About how many of `room` characters are left once the value is written. Stops early below 0. */
function roomLeft(value: unknown, room: number): number {
  if (typeof value === 'string') return room - value.length
  if (typeof value !== 'object' || value === null) return room - 8
  let left = room - 2
  for (const key in value) {
    left = roomLeft((value as Record<string, unknown>)[key], left - key.length - 4)
    if (left < 0) return left
  }
  return left
}
