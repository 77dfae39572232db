/** AGENTS=short is for CI: some messages in half a minute. The full form takes a quarter of an hour. */
const isShort = process.env['AGENTS'] === 'short'

export const MESSAGES = isShort ? 16 : 200
/** On average between two messages, and between two faults. */
export const PAUSE_MS = isShort ? 1500 : 4500
export const STRIKE_PAUSE_MS = isShort ? 6000 : 10_000
/** The same seed strikes in the same order, though never at the very same moments. */
export const SEED = Number(process.env['SOAK_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
