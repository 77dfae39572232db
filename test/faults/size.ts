/** FAULTS=short runs the same tests with smaller counts: for CI, where the whole of them may take a minute and a half. */
const isShort = process.env['FAULTS'] === 'short'

/** As many as the full form does, or as the short one. */
export function counts(full: number, short: number): number {
  return isShort ? short : full
}
