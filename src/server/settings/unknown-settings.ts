const PREFIX = 'BATON_'
/** What Baton's other programs read, started from the same environment. */
const OF_OTHERS: readonly string[] = ['BATON_URL', 'BATON_TOKEN']

/** A sentence for each name that looks like a setting's and is none: a wrong one would be ignored in silence. */
export function unknownSettings(names: readonly string[], settings: readonly string[]): string[] {
  const known = settings.filter((name) => name.startsWith(PREFIX))
  return names
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name) && !OF_OTHERS.includes(name))
    .map((name) => `${name} is no setting, and is ignored. Did you mean ${nearest(name, known)}?`)
}

function nearest(name: string, known: readonly string[]): string {
  // Half of a name is nearer than any other one, however much is missing.
  const far = (other: string): number => (other.startsWith(name) ? 0 : distance(name, other))
  return known.toSorted((one, other) => far(one) - far(other))[0] ?? ''
}

/** How many letters have to be put in, taken out or replaced to make the one of the other (Levenshtein). */
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
