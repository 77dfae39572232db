import type { Asker } from './asker.js'
import type { TokenHold } from './token-watch.js'

/** Who waits for an answer, and whose token may end meanwhile: gone when either the asker or the token is. */
export class WaitingAsker implements Asker {
  /** Whether there was anything to wait for. An answer that was there at once was asked for with a good token. */
  waited = false

  constructor(
    private readonly asker: Asker | null,
    private readonly token: TokenHold,
  ) {}

  get isGone(): boolean {
    return this.token.ended || this.asker?.isGone === true
  }

  onLeave(hear: () => void): () => void {
    this.waited = true
    const stops = [this.token.onLeave(hear), this.asker?.onLeave(hear)]
    return () => stops.forEach((stop) => stop?.())
  }
}
