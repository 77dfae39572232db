import type { VariablesOf } from './client.js'
import { pause } from './pause.js'

type Told = NonNullable<VariablesOf<'Heartbeat'>['input']['accounts']>

/** The account that a provider is signed in to now, as a fingerprint; null: not known. */
export type AccountOf = (provider: string) => Promise<string | null>

export interface Registered {
  runtimeId: string
  provider: string
  account: string | null
}

/** Looking may not cost a heartbeat. */
const LONGEST_MS = 1000

/** Which accounts the server knows of this daemon's runtimes, and which have changed since. */
export class Accounts {
  readonly #told: Map<string, string | null>

  constructor(
    private readonly runtimes: readonly Registered[],
    private readonly accountOf: AccountOf | undefined,
  ) {
    this.#told = new Map(runtimes.map(({ runtimeId, account }) => [runtimeId, account]))
  }

  /** Never rejects. Who has signed out has no other account yet. */
  async changed(): Promise<Told> {
    const { accountOf } = this
    if (accountOf === undefined) return []
    const looked = this.runtimes.map(async ({ runtimeId, provider }): Promise<Told> => {
      const account = await accountOf(provider).catch(() => null)
      return account === null || account === this.#told.get(runtimeId) ? [] : [{ runtimeId, account }]
    })
    const done = new AbortController()
    const found = await Promise.race([Promise.all(looked), pause(LONGEST_MS, done.signal).then(() => [])])
    done.abort()
    return found.flat()
  }

  told(accounts: Told): void {
    for (const { runtimeId, account } of accounts) this.#told.set(runtimeId, account)
  }
}
