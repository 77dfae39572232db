import type DataLoader from 'dataloader'
import type { PrismaClient } from '../../generated/prisma/client.js'
import type { Services } from '../../use-cases/services/services.js'
import { AnswerSize } from '../answer-size.js'
import { HistoryCost } from '../history-cost.js'
import { Pace } from '../pace.js'

/** What a loader reads with. It reads only this workspace. */
export interface LoaderSource {
  services: Services
  prisma: PrismaClient
  workspaceId: string
  /** Text budget of the answer. */
  size: AnswerSize
  history: HistoryCost
  /** ID of the caller's token. */
  whose: string
}

export type MakeLoader<K, V> = (source: LoaderSource) => DataLoader<K, V>

/**
 * The loaders of one request. Each is created on first use, joins the look-ups of one tick into one query, and caches the
 * results.
 */
export class Loaders {
  readonly size = new AnswerSize()
  readonly history = new HistoryCost()
  readonly pace: Pace
  private made: Map<unknown, unknown> | null = null
  private given: Map<unknown, Map<unknown, unknown>> | null = null

  constructor(
    private readonly services: Services,
    private readonly workspaceId: string,
    private readonly whose: string,
  ) {
    this.pace = new Pace(() => this.turn())
  }

  /** Resolves when it is this request's turn to continue deferrable work. */
  turn(): Promise<void> {
    return this.services.turns.next(this.whose)
  }

  /** Returns the request's loader of this kind. `kind` is its identity: pass a constant, or a name for one of many. */
  of<K, V>(make: MakeLoader<K, V>, kind: unknown = make): DataLoader<K, V> {
    const known = this.made?.get(kind)
    if (known !== undefined) return known as DataLoader<K, V>
    const loader = make({
      services: this.services,
      prisma: this.services.database.prisma,
      workspaceId: this.workspaceId,
      size: this.size,
      history: this.history,
      whose: this.whose,
    })
    for (const [key, value] of this.given?.get(kind) ?? []) loader.prime(key as K, value as V)
    this.made ??= new Map()
    this.made.set(kind, loader)
    return loader
  }

  /** Provides a row in advance, without creating a loader: most answers need none. */
  prime<K, V>(make: MakeLoader<K, V>, key: K, value: V): void {
    const known = this.made?.get(make)
    if (known !== undefined) (known as DataLoader<K, V>).prime(key, value)
    this.given ??= new Map()
    const given = this.given.get(make)
    if (given === undefined) this.given.set(make, new Map<unknown, unknown>().set(key, value))
    else given.set(key, value)
  }

  /**
   * Returns the row of this key, synchronously if it was primed: the answer to a claim has all its rows and need not wait
   * for a loader's next tick.
   */
  load<V>(make: MakeLoader<string, V>, key: string): V | Promise<V> {
    const given = this.given?.get(make) as ReadonlyMap<string, V> | undefined
    return given?.get(key) ?? this.of(make).load(key)
  }

  /** Clears all loaders: data read before a change may be out of date. */
  forget(): void {
    this.made = null
    this.given = null
  }
}
