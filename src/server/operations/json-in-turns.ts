/** In characters: what is written in one turn, a millisecond or less. */
const PIECE = 64 * 1024
/** What `JSON.stringify` is given at once. */
const SMALL = 4 * 1024

/** The value as JSON, of which a piece is written in each turn. For values that are plain already. */
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
  // Nothing of it was written: it holds nothing but undefined.
  if (before !== ',') yield before
  yield isArray ? ']' : '}'
}

/** What is left of so many characters once the value is written, about; below 0, and found out early, where it is larger. */
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
