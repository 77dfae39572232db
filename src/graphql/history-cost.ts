import { queryTooComplex } from './errors.js'

/** Equal to the cost limit of a query: reading and folding an event costs about as much as resolving a field. */
const MOST_EVENTS = 50_000

/** Counts the events of the histories that one request reads, and refuses before it reads too many. */
export class HistoryCost {
  /** Reported in `extensions.cost` in addition to the fields. */
  events = 0

  /**
   * One conversation may have any length; the limit applies to several of them in one request.
   *
   * @throws QUERY_TOO_COMPLEX
   */
  charge(events: number): void {
    const all = this.events + events
    if (this.events > 0 && all > MOST_EVENTS) {
      const told = `The request reads conversations with ${all.toLocaleString('en')} events; the limit is ${MOST_EVENTS.toLocaleString('en')}.`
      throw queryTooComplex(told)
    }
    this.events = all
  }
}
