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
  /** No run begins any more: what was claimed is given back. */
  stopping: AbortSignal
  /** Nothing is waited for any more. */
  exiting: AbortSignal
}

/** A run that has been told to end gets this long for it, and so do the reports of all runs. */
const LAST_MS = 10_000

/** The runs of this process: side by side up to the slots, and one at a time in a conversation. */
export class Runs {
  readonly #running = new Set<Promise<void>>()
  readonly #conversations = new Map<string, Promise<void>>()

  constructor(private readonly deps: Deps) {}

  /** `askedAt`: when the claims were asked for, in monotonic milliseconds. */
  begin(claims: readonly Claim[], askedAt: number): void {
    this.deps.slots.take(claims.length)
    for (const claim of claims) this.#begin(claim, askedAt)
  }

  /** Waits for the runs, then tells those that are left to end, and waits a little more. */
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
    // A run that lost its lease may still be winding down in the same directory.
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
