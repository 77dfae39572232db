/** A time as a provider writes it for people; null where a part is not named. */
export interface ToldTime {
  hour: number
  minute: number
  /** 1 to 12, with the day of the month. */
  date: { month: number; day: number; year: number | null } | null
  /** 0: Sunday. */
  weekday: number | null
  /** IANA's name, or UTC. */
  zone: string | null
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** A time of day within this time before now has just passed. It does not mean the next day. */
const JUST_PASSED_MS = 3 * HOUR_MS

const DATE = String.raw`(?:(?<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? (?<day>\d{1,2})(?:st|nd|rd|th)?(?:,? (?<year>20\d\d))?|(?<weekday>(?:sun|mon|tue|wed|thu|fri|sat)(?:s|nes|rs|ur)?(?:day)?)\b)`
const CLOCK = String.raw`(?<hour>\d{1,2})(?::(?<minute>\d\d)(?::\d\d)?)? ?(?<half>[ap]\.?m\b\.?)?`
const ZONE = String.raw`(?: ?\((?<zone>[A-Za-z_+\-/0-9]+)\)| (?<utc>UTC|GMT)\b)?`
const TOLD = new RegExp(String.raw`^(?:${DATE}(?:,? (?:at )?|(?![\w:])))?(?:${CLOCK}${ZONE})?`, 'i')

/** Reads the beginning of a text such as `1:10am (Europe/Berlin)`, `Oct 6, 1pm`, `Mon 12:00am`, `Oct 6th, 2026 3:42 PM`. */
export function dayAndTime(text: string): ToldTime | null {
  const told = TOLD.exec(text.trim())?.groups
  if (told === undefined) return null
  const { month, day, year, weekday, hour, minute, half, zone, utc } = told
  const isDay = month !== undefined || weekday !== undefined
  // A number alone is not a time of day: "resets 3 times".
  if (hour === undefined ? !isDay : half === undefined && minute === undefined) return null
  const hours = hour === undefined ? 0 : onTheClock(Number(hour), half)
  const minutes = Number(minute ?? 0)
  if (hours === null || minutes > 59) return null
  return {
    hour: hours,
    minute: minutes,
    zone: zone ?? utc?.toUpperCase() ?? null,
    date: month === undefined ? null : { month: placeIn(MONTHS, month) + 1, day: Number(day), year: yearOf(year) },
    weekday: weekday === undefined ? null : placeIn(WEEKDAYS, weekday),
  }
}

/**
 * The next moment at that time, in milliseconds since 1970; without a day, today's or tomorrow's. null for an unknown
 * zone, and for a time that has just passed.
 */
export function timeIn(
  { hour, minute, date, weekday }: ToldTime,
  { ms, zone }: { ms: number; zone: string },
): number | null {
  const today = wallClock(ms, zone)
  if (today === null) return null
  const at = (year: number, month: number, day: number) => moment({ year, month, day, hour, minute }, zone)
  if (date !== null) {
    const named = at(date.year ?? today.year, date.month, date.day)
    // In December, "Jan 3" is next year's.
    return date.year === null && named < ms - 180 * DAY_MS ? at(today.year + 1, date.month, date.day) : named
  }
  const ahead = weekday === null ? 0 : (weekday - today.weekday + 7) % 7
  const next = at(today.year, today.month, today.day + ahead)
  if (next > ms) return next
  if (next > ms - JUST_PASSED_MS) return null
  return at(today.year, today.month, today.day + (weekday === null ? 1 : 7))
}

function onTheClock(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour < 24 ? hour : null
  if (hour < 1 || hour > 12) return null
  return (hour % 12) + (half.toLowerCase().startsWith('p') ? 12 : 0)
}

function placeIn(names: readonly string[], name: string): number {
  return names.indexOf(name.slice(0, 3).toLowerCase())
}

function yearOf(year: string | undefined): number | null {
  return year === undefined ? null : Number(year)
}

/** The time on a clock in the zone; null for an unknown zone. */
function wallClock(ms: number, zone: string) {
  try {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      weekday: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    } as const).formatToParts(ms)
    const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
    const [year, month, day, hour, minute] = ['year', 'month', 'day', 'hour', 'minute'].map((type) =>
      Number(part(type)),
    )
    if (year === undefined || month === undefined || day === undefined) return null
    return { year, month, day, hour: hour ?? 0, minute: minute ?? 0, weekday: placeIn(WEEKDAYS, part('weekday')) }
  } catch {
    return null
  }
}

/** The moment when a clock in the zone shows this time. A second step corrects a guess across a clock change. */
function moment(
  { year, month, day, hour, minute }: { year: number; month: number; day: number; hour: number; minute: number },
  zone: string,
): number {
  const wanted = Date.UTC(year, month - 1, day, hour, minute)
  let guess = wanted
  for (let times = 0; times < 2; times += 1) {
    const shown = wallClock(guess, zone)
    if (shown === null) return wanted
    guess += wanted - Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute)
  }
  return guess
}
