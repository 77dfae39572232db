/** The source of the current time. Everything that decides takes a clock as an argument. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }
