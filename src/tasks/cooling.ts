/** What a runtime's row says of its account and of the newest failure that was an account's. */
export interface Cooling {
  account: string | null
  coolingUntil: Date | null
  coolingAccount: string | null
}

/** Until when a runtime makes no claim; null where it may. Another account, once it is told, ends it. */
export function coolingUntil({ account, coolingUntil: until, coolingAccount }: Cooling, now: Date): Date | null {
  const another = account !== null && account !== coolingAccount
  return until === null || until <= now || another ? null : until
}

/** What the row says after one more failure of an account: of two of the same one, the longer wait. */
export function cooledBy(
  before: Pick<Cooling, 'coolingUntil' | 'coolingAccount'> | null,
  { until, account }: { until: Date; account: string | null },
): Pick<Cooling, 'coolingUntil' | 'coolingAccount'> {
  const longer = before?.coolingUntil != null && before.coolingAccount === account && before.coolingUntil > until
  return { coolingUntil: longer ? before.coolingUntil : until, coolingAccount: account }
}
