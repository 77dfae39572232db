import type { VariablesOf } from './client.js'
import { pause } from './pause.js'

type AccountReports = NonNullable<VariablesOf<'Heartbeat'>['input']['accounts']>

/** The fingerprint of the account that a provider's CLI is signed in to now; null if unknown. */
export type AccountOf = (provider: string) => Promise<string | null>

export interface Registered {
  runtimeId: string
  provider: string
  account: string | null
}

/** A slow look-up must not delay a heartbeat. */
const LONGEST_MS = 1000

/** The accounts of this daemon's runtimes: what the server knows, and what has changed since. */
export class Accounts {
  readonly #reported: Map<string, string | null>

  constructor(
    private readonly runtimes: readonly Registered[],
    private readonly accountOf: AccountOf | undefined,
  ) {
    this.#reported = new Map(runtimes.map(({ runtimeId, account }) => [runtimeId, account]))
  }

  /** The accounts that changed. Signing out does not count as a change. Never rejects. */
  async changed(): Promise<AccountReports> {
    const { accountOf } = this
    if (accountOf === undefined) return []
    const looked = this.runtimes.map(async ({ runtimeId, provider }): Promise<AccountReports> => {
      const account = await accountOf(provider).catch(() => null)
      return account === null || account === this.#reported.get(runtimeId) ? [] : [{ runtimeId, account }]
    })
    const done = new AbortController()
    const found = await Promise.race([Promise.all(looked), pause(LONGEST_MS, done.signal).then(() => [])])
    done.abort()
    return found.flat()
  }

  noteReported(accounts: AccountReports): void {
    for (const { runtimeId, account } of accounts) this.#reported.set(runtimeId, account)
  }
}
