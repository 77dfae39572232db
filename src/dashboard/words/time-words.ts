const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** "just now", "4 min ago", "in 2 h". */
export function ageInWords(time: string, now: number): string {
  const age = now - Date.parse(time)
  if (age < -5 * SECOND) return `in ${roughly(-age)}`
  if (age < 5 * SECOND) return 'just now'
  return `${roughly(age)} ago`
}

/** One unit is enough for an age. */
function roughly(milliseconds: number): string {
  return milliseconds >= HOUR && milliseconds < DAY ? `${Math.round(milliseconds / HOUR)} h` : spanInWords(milliseconds)
}

/** "350 ms", "42 s", "4 min", "2 h 5 min", "3 d". */
export function spanInWords(milliseconds: number): string {
  if (milliseconds < SECOND) return `${Math.max(0, Math.round(milliseconds))} ms`
  if (milliseconds < MINUTE) return `${Math.round(milliseconds / SECOND)} s`
  if (milliseconds < HOUR) return `${Math.round(milliseconds / MINUTE)} min`
  if (milliseconds < DAY) {
    const minutes = Math.round((milliseconds % HOUR) / MINUTE)
    return minutes === 0
      ? `${Math.floor(milliseconds / HOUR)} h`
      : `${Math.floor(milliseconds / HOUR)} h ${minutes} min`
  }
  return `${Math.round(milliseconds / DAY)} d`
}

const DATE_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' })
const TIME = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const DAY_NAME = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' })

export function dateTime(time: string): string {
  return DATE_TIME.format(new Date(time))
}

export function timeOfDay(time: string): string {
  return TIME.format(new Date(time))
}

export function dayOf(time: string): string {
  return DAY_NAME.format(new Date(time))
}
