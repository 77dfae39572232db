/** A longer paragraph is shown line by line. */
const SHORT = 500
/** A longer line is shown in pieces. */
const LONG = 4000
/** After this pause, complete sentences are shown, even if their paragraph may continue. */
const PAUSE_MS = 1000

/**
 * Joins an agent's streamed text to whole paragraphs and lines. Text of different blocks never shares an entry. No text
 * is lost but blank lines around an entry.
 */
export class TextFlow {
  #held = ''
  #pausing: NodeJS.Timeout | undefined

  constructor(private readonly show: (text: string) => void) {}

  add(chunk: string): void {
    this.#held += chunk
    const end = endOfWhole(this.#held)
    if (/[.!?:]\s*$/.test(this.#held)) this.#pausing ??= setTimeout(() => this.end(), PAUSE_MS)
    else this.#clear()
    this.#pausing?.refresh()
    if (end === 0) return
    this.#show(this.#held.slice(0, end))
    this.#held = this.#held.slice(end)
  }

  /** Ends the block, and shows the rest of it. */
  end(): void {
    this.#clear()
    this.#show(this.#held)
    this.#held = ''
  }

  #clear(): void {
    clearTimeout(this.#pausing)
    this.#pausing = undefined
  }

  #show(text: string): void {
    const trimmed = text.replace(/^(?:[ \t]*\n)+|\s+$/g, '')
    if (trimmed !== '') this.show(trimmed)
  }
}

/** The length of the text that can be shown now; 0 if none can. */
function endOfWhole(held: string): number {
  const paragraph = held.lastIndexOf('\n\n')
  if (paragraph !== -1) return paragraph + 2
  if (held.length < SHORT) return 0
  const line = held.lastIndexOf('\n')
  if (line !== -1) return line + 1
  if (held.length < LONG) return 0
  const sentence = held.search(/[.!?]\s+(?=[^.!?]*$)/)
  return (sentence === -1 ? held.lastIndexOf(' ') : sentence) + 1 || held.length
}
