/** Where the time comes from. Everything that decides takes it as an argument. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }
