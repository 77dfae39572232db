import type { Log } from './observing/log.js'

/** A wrong clock does no harm to Baton, but may affect certificates and the log's timestamps. */
export function tellSkew(log: Log, seconds: number): void {
  if (Math.abs(seconds) <= 1) log.info("This machine's clock agrees with the database's again")
  else log.warn({ seconds }, skewSentence(seconds))
}

export function skewSentence(seconds: number): string {
  const said = `${Math.abs(seconds).toFixed(1)} s ${seconds > 0 ? 'ahead of' : 'behind'} the database's`
  return `This machine's clock is ${said}. Leases use the database's clock. Correct this one (NTP).`
}
