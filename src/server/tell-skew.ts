import type { Log } from './log.js'

/** A clock that is wrong does no harm here, and may do some elsewhere: certificates, the log's own times. */
export function tellSkew(log: Log, seconds: number): void {
  const off = Math.abs(seconds)
  if (off <= 1) log.info("This machine's clock agrees with the database's again")
  else {
    const said = `${off.toFixed(1)} s ${seconds > 0 ? 'ahead of' : 'behind'} the database's`
    log.warn({ seconds }, `This machine's clock is ${said}. Leases go by the database's; set this one right (NTP).`)
  }
}
