/** A CLI stores its transcript and ends its own tools after it has said its last word. */
const GRACE_MS = 5000

/**
 * Some CLIs say that a turn is over and never exit: a tool in the background keeps them, or a fault of their own. From
 * the final word on, they get a few seconds. `signal` fires then, or with the turn's own.
 */
export class FinalGrace {
  readonly #over = new AbortController()
  readonly signal: AbortSignal
  #timer: NodeJS.Timeout | undefined

  constructor(turn: AbortSignal) {
    this.signal = AbortSignal.any([turn, this.#over.signal])
  }

  get counting(): boolean {
    return this.#timer !== undefined
  }

  /** Counts from now, whatever was counted before. */
  begin(ms = GRACE_MS): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#over.abort(), ms)
  }

  /** The word was not the final one, or the CLI has ended. */
  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
