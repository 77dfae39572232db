import type { Client } from './client.js'
import type { Claim, HeldClaims } from './held-claims.js'
import type { Log } from './log.js'
import type { Outbox } from './outbox.js'
import { pause } from './pause.js'
import { runClaim } from './run-claim.js'
import type { Run } from './run-claim.js'
import type { Slots } from './slots.js'

interface Deps {
  client: Client
  outbox: Outbox
  run: Run
  log: Log
  held: HeldClaims
  slots: Slots
  /** Fires when no more runs may begin. New claims are then released. */
  stopping: AbortSignal
  /** Fires when nothing may be waited for any more. */
  exiting: AbortSignal
}

/** The time for the remaining runs to end and for all reports to be delivered. */
const LAST_MS = 10_000

/** The runs of this process: concurrent up to the number of slots, but one at a time per conversation. */
export class Runs {
  readonly #running = new Set<Promise<void>>()
  readonly #conversations = new Map<string, Promise<void>>()

  constructor(private readonly deps: Deps) {}

  /** `askedAt`: the time of the claim request, in monotonic milliseconds. */
  begin(claims: readonly Claim[], askedAt: number): void {
    this.deps.slots.take(claims.length)
    for (const claim of claims) this.#begin(claim, askedAt)
  }

  /** Waits for the runs, then ends the remaining ones and waits a little longer. */
  async finish(graceMs: number, exit: () => void): Promise<void> {
    await this.#within(graceMs)
    for (const held of this.deps.held.all()) held.end('SHUTDOWN')
    await this.#within(LAST_MS)
    exit()
    await this.#within(1000)
  }

  #begin(claim: Claim, askedAt: number): void {
    const conversation = claim.task.conversation.id
    const ended: Promise<void> = this.#run(claim, askedAt, this.#conversations.get(conversation)).then(() => {
      this.#running.delete(ended)
      if (this.#conversations.get(conversation) === ended) this.#conversations.delete(conversation)
    })
    this.#running.add(ended)
    this.#conversations.set(conversation, ended)
  }

  async #run(claim: Claim, askedAt: number, before: Promise<void> | undefined): Promise<void> {
    const { held, slots, stopping } = this.deps
    const one = held.add(claim, askedAt)
    // A run that lost its lease may still be ending in the same directory.
    await before
    if (stopping.aborted) one.end('SHUTDOWN')
    await runClaim(one, this.deps)
    held.remove(one)
    slots.give()
  }

  async #within(ms: number): Promise<void> {
    const done = new AbortController()
    await Promise.race([Promise.all(this.#running), pause(ms, done.signal)])
    done.abort()
  }
}
