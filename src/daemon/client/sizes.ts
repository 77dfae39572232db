/** The server accepts 1 MB of UTF-8 per text. */
const MOST_BYTES = 1_000_000
const NUL = /\0/g

/** The text in a form that the server accepts: without NUL and lone surrogates, and cut, with a note, if it is too large. */
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
  // Half a character would become a replacement character, so it is left out.
  return clean.slice(0, length).replace(/[\uD800-\uDBFF]$/, '') + note
}

/** The value if the server accepts its size, else a note with its size. */
export function fittingJson(value: unknown): unknown {
  const bytes = value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value) ?? '')
  return bytes <= MOST_BYTES ? value : { leftOut: `The result had ${bytes} bytes. The limit is ${MOST_BYTES}.` }
}

function fits(text: string): boolean {
  return Buffer.byteLength(text) <= MOST_BYTES
}
