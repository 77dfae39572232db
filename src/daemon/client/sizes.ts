/** The server takes 1 MB of UTF-8 in a text. */
const MOST_BYTES = 1_000_000
const NUL = /\0/g

/** The text as the server can take it: without what it would drop anyway, and cut, with a note, where it is too large. */
export function fitting(text: string): string {
  const clean = text.replaceAll(NUL, '').toWellFormed()
  if (fits(clean)) return clean
  const note = `\n[cut: ${Buffer.byteLength(text)} bytes]`
  let [length, tooLong] = [0, Math.min(clean.length, MOST_BYTES)]
  while (tooLong - length > 1) {
    const middle = Math.floor((length + tooLong) / 2)
    if (fits(clean.slice(0, middle) + note)) length = middle
    else tooLong = middle
  }
  // A character cut in two would become a replacement character: leave it out whole.
  return clean.slice(0, length).replace(/[\uD800-\uDBFF]$/, '') + note
}

/** The value, where the server can take it; in place of a larger one, how large it was. */
export function fittingJson(value: unknown): unknown {
  const bytes = value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value) ?? '')
  return bytes <= MOST_BYTES ? value : { leftOut: `A result of ${bytes} bytes: at most ${MOST_BYTES} are taken.` }
}

function fits(text: string): boolean {
  return Buffer.byteLength(text) <= MOST_BYTES
}
