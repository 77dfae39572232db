import { dayAndTime, timeIn } from './told-times.js'

export interface Now {
  /** Milliseconds since 1970, by this machine's clock. */
  ms: number
  /** This machine's IANA time zone. A time without a zone is in this one. */
  zone: string
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const UNITS: Readonly<Record<string, number>> = { d: DAY, h: HOUR, m: MINUTE, s: SECOND, ms: 1 }

/** One amount, such as `3 hours`, `5h`, `34.07s`, `28ms`; a lone number is seconds. */
const AMOUNT =
  /(\d+(?:\.\d+)?)\s*(ms|milliseconds?|d(?:ays?)?|h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)(?![a-z])/
const DURATION = `${AMOUNT.source}(?:(?:,? and|,)?\\s*${AMOUNT.source})*`
/** Words before an amount or a time to wait for. A text may name hours for other reasons. */
const AGAIN = String.raw`\b(?:try (?:this |it )?again|retry(?:ing)?|resets?|available(?: again)?|continu(?:e|ing(?: automatically)?)|resume)`

const FIELDS: readonly { pattern: RegExp; read: (told: string, now: Now) => number | null }[] = [
  // Claude Code: "usage limit reached|1749924000".
  { pattern: /limit reached\|(\d{10,13})\b/i, read: (told) => epoch(told) },
  { pattern: /"?\b(?:resets?_?at|reset_?time|retry_?at)"?\s*[:=]\s*"?(\d{10,13})\b/i, read: (told) => epoch(told) },
  {
    pattern:
      /"?\b(?:resets?_?at|quotaResetTimeStamp|reset_?time|retry_?at)"?\s*[:=]\s*"?(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d))/i,
    read: (told) => Date.parse(told),
  },
  {
    pattern: /"?\bresets?_in_seconds"?\s*[:=]\s*"?(\d+(?:\.\d+)?)/i,
    read: (told, { ms }) => ms + Number(told) * SECOND,
  },
  // Google: "retryDelay": "34s".
  { pattern: /"?\bretry_?delay"?\s*[:=]\s*"?(\d+(?:\.\d+)?)s\b/i, read: (told, { ms }) => ms + Number(told) * SECOND },
  { pattern: /"?\bretry[-_]?after[-_]?ms"?\s*[:=]\s*"?(\d+(?:\.\d+)?)/i, read: (told, { ms }) => ms + Number(told) },
  {
    pattern: /"?\bretry[-_ ]?after(?:[-_]?seconds)?"?\s*[:=]\s*"?(\d+(?:\.\d+)?)\b(?!\s*[a-z])/i,
    read: (told, { ms }) => ms + Number(told) * SECOND,
  },
  {
    pattern: /"?\bretry[-_ ]?after"?\s*[:=]\s*"?([A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT)/i,
    read: (told) => Date.parse(told),
  },
]

const IN_A_WHILE = new RegExp(`${AGAIN}\\s+(?:in|after)\\s+(${DURATION})`, 'i')
const AT_A_TIME = new RegExp(`${AGAIN}(?:\\s+(?:at|on))?[:\\s]\\s*`, 'gi')
const MOST_OF_A_TIME = 60

/**
 * The time from which a provider accepts requests again, in milliseconds since 1970; null if it names none, or one that
 * has just passed. `error` is the provider's text, never the agent's, which may be about limits too. A time to the
 * minute means the end of that minute.
 */
export function retryAt(error: string, now: Now): number | null {
  const plain = error.replaceAll(/\\+"/g, '"').replaceAll(/[\u00A0\u202F]/g, ' ')
  const told = ofField(plain, now) ?? inAWhile(plain, now) ?? atATime(plain, now)
  return told !== null && told > now.ms ? told : null
}

/** Seconds or milliseconds since 1970, as milliseconds. */
export function epoch(told: string | number): number | null {
  const value = Number(told)
  if (!Number.isFinite(value) || value <= 0) return null
  return value < 1e11 ? value * SECOND : value
}

function ofField(error: string, now: Now): number | null {
  for (const { pattern, read } of FIELDS) {
    const told = pattern.exec(error)?.[1]
    const at = told === undefined ? null : read(told, now)
    if (at !== null && Number.isFinite(at)) return at
  }
  return null
}

function inAWhile(error: string, { ms }: Now): number | null {
  const told = IN_A_WHILE.exec(error)?.[1]
  if (told === undefined) return null
  const amounts = [...told.toLowerCase().matchAll(new RegExp(AMOUNT.source, 'g'))]
  const units = amounts.map(([, , unit = '']) => unitOf(unit))
  const sum = amounts.reduce((total, [, amount], index) => total + Number(amount) * (units[index] ?? 0), 0)
  return ms + sum + (Math.min(...units) >= MINUTE ? MINUTE : 0)
}

function unitOf(unit: string): number {
  return UNITS[/^m(?:s$|illi)/.test(unit) ? 'ms' : (unit[0] ?? '')] ?? 0
}

function atATime(error: string, { ms, zone }: Now): number | null {
  for (const { index, 0: again } of error.matchAll(AT_A_TIME)) {
    const begin = index + again.length
    const told = dayAndTime(error.slice(begin, begin + MOST_OF_A_TIME))
    const at = told === null ? null : timeIn(told, { ms, zone: told.zone ?? zone })
    if (at !== null) return at + MINUTE
  }
  return null
}
