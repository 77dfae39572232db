import { pause } from './pause.js'

/** The least pause, however often it is cut short. */
const SHORTEST_MS = 100

/** A pause that can be cut short, even before it begins. */
export class Hurry {
  #wanted = new AbortController()

  now(): void {
    this.#wanted.abort()
  }

  async pause(ms: number, signal: AbortSignal): Promise<void> {
    const wake = () => this.now()
    await pause(Math.min(ms, SHORTEST_MS), signal)
    signal.addEventListener('abort', wake, { once: true })
    if (!signal.aborted) await pause(ms - SHORTEST_MS, this.#wanted.signal)
    signal.removeEventListener('abort', wake)
    this.#wanted = new AbortController()
  }
}
