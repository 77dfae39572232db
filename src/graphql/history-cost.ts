import { queryTooComplex } from './errors.js'

/** As much as a query's fields may cost: reading an event and folding it is about as much as answering a field. */
const MOST_EVENTS = 50_000

/** The events of the histories that one request has read for it: refused before they are, once there are too many. */
export class HistoryCost {
  /** What `extensions.cost` counts beside the fields. */
  events = 0

  /**
   * A conversation of any length can be looked at by itself; several of them in one request only as far as this goes.
   *
   * @throws QUERY_TOO_COMPLEX
   */
  charge(events: number): void {
    const all = this.events + events
    if (this.events > 0 && all > MOST_EVENTS) {
      const told = `It looks at the past of conversations with ${all.toLocaleString('en')} events, and ${MOST_EVENTS.toLocaleString('en')} are the most.`
      throw queryTooComplex(told)
    }
    this.events = all
  }
}
