/** Limits the number of concurrent runs. */
export class Slots {
  #taken = 0
  #wake: () => void = () => undefined

  constructor(
    private readonly capacity: number,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => this.#wake(), { once: true })
  }

  /** Resolves with the number of free slots once there is one, or with 0 once the signal has fired. */
  async free(): Promise<number> {
    while (this.#taken >= this.capacity && !this.signal.aborted) {
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    return this.signal.aborted ? 0 : this.capacity - this.#taken
  }

  get isIdle(): boolean {
    return this.#taken === 0
  }

  take(count: number): void {
    this.#taken += count
  }

  give(): void {
    this.#taken -= 1
    this.#wake()
  }
}
