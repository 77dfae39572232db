/** The columns of a runtime's row about its account and its newest failure with fault ACCOUNT. */
export interface Cooling {
  account: string | null
  coolingUntil: Date | null
  coolingAccount: string | null
}

/** The time until which the runtime makes no claim; null if it may claim now. A switch to another account ends the wait. */
export function coolingUntil({ account, coolingUntil: until, coolingAccount }: Cooling, now: Date): Date | null {
  const another = account !== null && account !== coolingAccount
  return until === null || until <= now || another ? null : until
}

/** The columns after one more failure of an account. Two failures of the same account keep the longer wait. */
export function cooledBy(
  before: Pick<Cooling, 'coolingUntil' | 'coolingAccount'> | null,
  { until, account }: { until: Date; account: string | null },
): Pick<Cooling, 'coolingUntil' | 'coolingAccount'> {
  const longer = before?.coolingUntil != null && before.coolingAccount === account && before.coolingUntil > until
  return { coolingUntil: longer ? before.coolingUntil : until, coolingAccount: account }
}
