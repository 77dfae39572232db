import type { ServerResponse } from 'node:http'
import type { Asker } from '../../use-cases/waiting-claims/asker.js'

/** The client of an HTTP request. It is gone if the connection ended before the answer was sent. */
export class HttpAsker implements Asker {
  constructor(private readonly response: ServerResponse) {}

  get isGone(): boolean {
    return this.response.destroyed && !this.response.writableFinished
  }

  onLeave(hear: () => void): () => void {
    const check = (): void => {
      if (this.isGone) hear()
    }
    if (this.response.destroyed) check()
    else this.response.on('close', check)
    return () => this.response.off('close', check)
  }
}
