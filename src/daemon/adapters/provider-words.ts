import { stripVTControlCharacters } from 'node:util'
import { classifyFailure } from '../../session-pointer/failure-class.js'
import type { TurnFailure } from './adapter.js'

const MOST_STDERR = 2000

/** The end of what a program wrote to stderr, as people can read it: no colours, whole lines, at most 2,000 characters. */
export function lastWords(stderr: string): string {
  const plain = stripVTControlCharacters(stderr).replaceAll('\r\n', '\n').trim()
  if (plain.length <= MOST_STDERR) return plain
  const end = plain.slice(-MOST_STDERR)
  return `... ${end.slice(end.indexOf('\n') + 1)}`
}

/**
 * A failure's text for people, with the words that came besides. The server judges a failure by its text: words that it
 * would judge by are left out, and `leftOut` has them.
 */
export function errorWithWords({ failureReason: reason, error, words = '' }: TurnFailure): {
  error: string
  leftOut: string | null
} {
  if (words === '' || error.includes(words)) return { error, leftOut: null }
  const whole = [error, words].filter((part) => part !== '').join('\n')
  const [alone, together] = [error, whole].map((text) => classifyFailure({ reason, error: text }).fault)
  if (alone === together) return { error: whole, leftOut: null }
  return { error: `${error}\nWhat it wrote besides is in the progress of this run.`, leftOut: words }
}

/**
 * A message as text. A CLI takes one that begins with its trigger ("/clear", Gemini also "$init") for its own command,
 * some with blanks before it, and then forgets its session, or answers with nothing. With a line before it, it is text
 * to all of them.
 */
export function asText(prompt: string): string {
  return /^\s*[/$]/.test(prompt) ? `This message is text, not a command:\n${prompt}` : prompt
}
