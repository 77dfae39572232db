import type DataLoader from 'dataloader'
import type { PrismaClient } from '../../generated/prisma/client.js'
import type { Services } from '../../use-cases/services.js'
import { AnswerSize } from '../answer-size.js'
import { HistoryCost } from '../history-cost.js'
import { Pace } from '../pace.js'

/** What a loader reads with. Everything it reads is of this one workspace. */
export interface LoaderSource {
  services: Services
  prisma: PrismaClient
  workspaceId: string
  /** Of the answer that it is read for. */
  size: AnswerSize
  history: HistoryCost
  /** The token that it is read for. */
  whose: string
}

export type MakeLoader<K, V> = (source: LoaderSource) => DataLoader<K, V>

/**
 * The loaders of one request: each is made when it is first asked for, joins the look-ups of one tick into one query,
 * and remembers what it found.
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

  /** Resolves when it is the turn of a piece of this request's work that may wait. */
  turn(): Promise<void> {
    return this.services.turns.next(this.whose)
  }

  /** The request's own loader of this kind. `kind` is its identity, so pass a constant, or a name for one of many. */
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

  /** Gives a loader what it would have to read. No loader is made for it: most answers ask for none. */
  prime<K, V>(make: MakeLoader<K, V>, key: K, value: V): void {
    const known = this.made?.get(make)
    if (known !== undefined) (known as DataLoader<K, V>).prime(key, value)
    this.given ??= new Map()
    const given = this.given.get(make)
    if (given === undefined) this.given.set(make, new Map<unknown, unknown>().set(key, value))
    else given.set(key, value)
  }

  /**
   * The row of this key: at once where it was given, so that a claim's answer, which has all its rows in hand, waits for no
   * loader's next tick.
   */
  load<V>(make: MakeLoader<string, V>, key: string): V | Promise<V> {
    const given = this.given?.get(make) as ReadonlyMap<string, V> | undefined
    return given?.get(key) ?? this.of(make).load(key)
  }

  /** What was read before a change may not be true after it. */
  forget(): void {
    this.made = null
    this.given = null
  }
}
