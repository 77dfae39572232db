import type { Leaver } from '../../wake-ups/leaver.js'
import type { TokenHold } from '../services/token-watch.js'

/** The client of a call, which may disconnect before the answer is ready. */
export interface Asker extends Leaver {
  /** The client has disconnected and cannot receive the answer. */
  readonly isGone: boolean
}

/** A client that waits for an answer while its token may end. It counts as gone when it disconnects or its token ends. */
export class WaitingAsker implements Asker {
  /** Whether the call had to wait. An immediate answer needs no second check of the token. */
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
