/** After its final event, a CLI still stores its transcript and ends its tools. */
const GRACE_MS = 5000

/**
 * Some CLIs report the end of a turn and never exit, because of a background tool or a bug. They get a few seconds after the
 * final event. Then `signal` fires. It also fires with the turn's own signal.
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

  /** Starts the grace period anew. */
  begin(ms = GRACE_MS): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#over.abort(), ms)
  }

  /** Stops the grace period: the event was not the final one, or the CLI has ended. */
  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
