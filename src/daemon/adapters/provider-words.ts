import { stripVTControlCharacters } from 'node:util'
import { classifyFailure } from '../../session-pointer/failure-class.js'
import type { TurnFailure } from './adapter.js'

const MOST_STDERR = 2000

/** The last part of stderr, for people: no colours, whole lines, at most 2,000 characters. */
export function lastWords(stderr: string): string {
  const plain = stripVTControlCharacters(stderr).replaceAll('\r\n', '\n').trim()
  if (plain.length <= MOST_STDERR) return plain
  const end = plain.slice(-MOST_STDERR)
  return `... ${end.slice(end.indexOf('\n') + 1)}`
}

/**
 * A failure's error with its other output. The server classifies a failure by its text, so output that would change the
 * verdict is left out and returned as `leftOut`.
 */
export function errorWithWords({ failureReason: reason, error, words = '' }: TurnFailure): {
  error: string
  leftOut: string | null
} {
  if (words === '' || error.includes(words)) return { error, leftOut: null }
  const whole = [error, words].filter((part) => part !== '').join('\n')
  const [alone, together] = [error, whole].map((text) => classifyFailure({ reason, error: text }).fault)
  if (alone === together) return { error: whole, leftOut: null }
  return { error: `${error}\nThe progress of this run has its other output.`, leftOut: words }
}

/**
 * Makes sure that a CLI reads a message as text. CLIs take a message that begins with a trigger ("/clear", Gemini also
 * "$init"), some also after blanks, for their own command, and then drop their session or answer nothing. A line before
 * it prevents this.
 */
export function asText(prompt: string): string {
  return /^\s*[/$]/.test(prompt) ? `This message is text, not a command:\n${prompt}` : prompt
}
