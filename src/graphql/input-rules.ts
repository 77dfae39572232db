import { z } from 'zod'
import { agentConfig as agentConfigShape } from '../agent-config/agent-config.js'
import { idPrefix } from '../database/ids.js'

/** Every limit of the API on its input, as schemas for `validate`. Texts are cleaned before. */

const KB = 1024
const MB = 1024 * KB
const MAX_JSON_DEPTH = 32

const NOT_EMPTY = 'must not be empty or blank.'
const isFilled = (text: string): boolean => text.trim() !== ''
/** Counts code points, not UTF-16 units. Only a text that may be too long is spread. */
const hasAtMost = (characters: number) => (text: string) => text.length <= characters || [...text].length <= characters
const fits = (bytes: number) => (text: string) => text.length * 3 <= bytes || Buffer.byteLength(text) <= bytes

function line(characters: number) {
  const tooLong = `must be at most ${characters.toLocaleString('en')} characters long.`
  return z.string().refine(isFilled, NOT_EMPTY).refine(hasAtMost(characters), tooLong)
}

function text(bytes: number) {
  const limit = bytes >= MB ? `${bytes / MB} MB` : `${bytes / KB} KB`
  return z.string().refine(fits(bytes), `must be at most ${limit} of UTF-8 text.`)
}

const filledText = (bytes: number) => text(bytes).refine(isFilled, NOT_EMPTY)

/** Keys and names: daemonId, provider, issueKey, requestId, failureReason, ... */
export const key = line(512)
export const title = line(1_000)
/** An empty search matches everything. */
export const search = z.string().refine(hasAtMost(512), 'must be at most 512 characters long.')
export const prompt = filledText(MB)
export const output = text(MB)
export const errorText = text(MB)
export const progressText = text(64 * KB)
export const sessionId = filledText(KB)
export const workDir = filledText(4 * KB)
/** The reason that a user or a daemon gives for an action. The log stores it. */
export const reason = text(4 * KB)

const idRule = z
  .string()
  .refine((id) => idPrefix(id) !== null, 'is not a valid ID. IDs look like task_01h2xcejqtf2nbrexx3vqjhp41.')

/** A well-formed id of any kind. The use case checks that it exists and has the right kind. */
export const id = idRule

function listOf<T extends z.ZodType>(item: T, most: number) {
  return z.array(item).min(1, 'must not be empty.').max(most, `must have at most ${most} entries.`)
}

export const runtimeIds = listOf(idRule, 100)
export const nodeIds = z.array(idRule).max(100, 'must have at most 100 entries.')
export const heldClaims = z.array(z.unknown()).max(1_000, 'must have at most 1,000 entries.')
export const handoffBytes = z.number().int().min(1).max(MB)
export const accounts = z.array(z.unknown()).max(100, 'must have at most 100 entries.')
export const progressEntries = listOf(z.unknown(), 500)

function between(least: number, most: number) {
  const message = `must be from ${least.toLocaleString('en')} to ${most.toLocaleString('en')}.`
  return z.number().refine((value) => value >= least && value <= most, message)
}

const atLeast = (least: number) => z.number().refine((value) => value >= least, `must be ${least} or more.`)

export const leaseSeconds = between(1, 3_600)
export const waitSeconds = between(0, 60)
export const claimCount = between(1, 100)
export const priority = between(-1_000, 1_000)
export const maxAttempts = between(1, 20)
export const maxConcurrentTasks = between(1, 1_000)
export const maxResumeFailures = between(1, 1_000)
export const logPage = between(1, 1_000)
export const examples = between(0, 100)
export const seconds = atLeast(1)
export const tokens = between(0, 2_147_483_647)
export const cost = between(0, 1_000_000)
export const sequence = atLeast(0)

const EARLIEST = Date.UTC(1970, 0, 1)
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

export const instant = z
  .date()
  .refine((time) => time.getTime() >= EARLIEST && time.getTime() <= LATEST, 'must be between the years 1970 and 9999.')

/** JSON input; it is stored as jsonb. */
function jsonUpTo(bytes: number, limit: string) {
  return z
    .unknown()
    .refine(isShallow, { message: `must not be nested deeper than ${MAX_JSON_DEPTH} levels.`, abort: true })
    .refine((value) => fits(bytes)(JSON.stringify(value)), `must be at most ${limit} of JSON.`)
}

export const json = jsonUpTo(256 * KB, '256 KB')
/** Smaller, because a daemon may register a hundred runtimes at every start. */
export const runtimeMetadata = jsonUpTo(64 * KB, '64 KB')
export const agentConfig = json.pipe(agentConfigShape)
export const resultJson = jsonUpTo(MB, '1 MB')

function isShallow(value: unknown): boolean {
  let level = [value].filter(isContainer)
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_JSON_DEPTH) return false
    level = level.flatMap((container) => Object.values(container).filter(isContainer))
  }
  return true
}

function isContainer(value: unknown): value is object {
  return value !== null && typeof value === 'object'
}
