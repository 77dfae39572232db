const PREFIX = 'BATON_'
/** Variables of Baton's other programs, which may share the environment. */
const OF_OTHERS: readonly string[] = ['BATON_URL', 'BATON_TOKEN']

/** A sentence for each name that looks like a setting but is none, so that a typo is not ignored silently. */
export function unknownSettings(names: readonly string[], settings: readonly string[]): string[] {
  const known = settings.filter((name) => name.startsWith(PREFIX))
  return names
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name) && !OF_OTHERS.includes(name))
    .map((name) => `${name} is not a setting and is ignored. Did you mean ${nearest(name, known)}?`)
}

function nearest(name: string, known: readonly string[]): string {
  // A name that begins a setting's name is nearest, however much is missing.
  const far = (other: string): number => (other.startsWith(name) ? 0 : distance(name, other))
  return known.toSorted((one, other) => far(one) - far(other))[0] ?? ''
}

/** The Levenshtein distance. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, n) => n)
  for (const [i, letter] of [...one].entries()) {
    const above = row
    row = [i + 1]
    for (const [j, otherLetter] of [...other].entries()) {
      const replaced = (above[j] ?? 0) + (letter === otherLetter ? 0 : 1)
      row.push(Math.min(replaced, (above[j + 1] ?? 0) + 1, (row[j] ?? 0) + 1))
    }
  }
  return row.at(-1) ?? 0
}
