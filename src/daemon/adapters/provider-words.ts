import { stripVTControlCharacters } from 'node:util'

const MOST_STDERR = 2000

/** The end of what a program wrote to stderr, as people can read it: no colours, whole lines, at most 2,000 characters. */
export function lastWords(stderr: string): string {
  const plain = stripVTControlCharacters(stderr).replaceAll('\r\n', '\n').trim()
  if (plain.length <= MOST_STDERR) return plain
  const end = plain.slice(-MOST_STDERR)
  return `... ${end.slice(end.indexOf('\n') + 1)}`
}

/**
 * A message as text. A CLI takes one that begins with its trigger ("/clear", Gemini also "$init") for its own command,
 * some with blanks before it, and then forgets its session, or answers with nothing. With a line before it, it is text
 * to all of them.
 */
export function asText(prompt: string): string {
  return /^\s*[/$]/.test(prompt) ? `This message is text, not a command:\n${prompt}` : prompt
}
