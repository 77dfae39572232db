import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createHash } from 'node:crypto'
import { HANDOFF_END } from '../daemon/client/handoff.js'
import { newRequestId } from '../daemon/ids.js'
import { scriptFor } from './scripts.js'

/**
 * A simulated agent CLI for the daemon's exec adapter: `agent-cli STORE PACE_MS PROMPT_FILE [SESSION_ID]`. It follows a
 * script, keeps a transcript for each session in STORE, resumes the given session or refuses an unknown one, and its
 * context can overflow.
 */
interface Turn {
  prompt: string
  answer: string
  tokens: number
}

const CONTEXT = 200_000
const [store = '', pace = '0', promptFile = '', offered = ''] = process.argv.slice(2)
// It answers the message without the handoff before it.
const prompt = (readFileSync(promptFile, 'utf8').split(HANDOFF_END).at(-1) ?? '').trim()
const script = scriptFor(prompt)
const sessionId = offered === '' ? newRequestId() : offered
const transcript = join(store, `${sessionId}.jsonl`)

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const nameSession = (): void => say(JSON.stringify({ sessionId }))

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

/** Whether this is the first time in this work directory. */
function firstTime(): boolean {
  const mark = `.agent-${createHash('sha256').update(script.prompt).digest('hex').slice(0, 12)}`
  if (existsSync(mark)) return false
  writeFileSync(mark, '')
  return true
}

function remember(answer: string, tokens: number): void {
  const turn: Turn = { prompt, answer, tokens }
  if (script.unsaved !== true) appendFileSync(transcript, `${JSON.stringify(turn)}\n`)
}

mkdirSync(store, { recursive: true })
if (offered !== '' && !existsSync(transcript)) {
  say('{"refused":true}')
  fail(`No conversation found with session ID: ${offered}`)
}
const earlier = existsSync(transcript)
  ? readFileSync(transcript, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Turn)
  : []
const first = firstTime()
if (script.fails === 'DIES_UNNAMED_ONCE' && offered === '' && first) fail('API error: status 529, overloaded')
process.on('SIGTERM', () => {
  if (script.namesLate === true) nameSession()
  remember('(stopped)', 2_000)
  process.exit(143)
})
if (script.namesLate !== true) nameSession()

const { tokens = 6_000, repeats = { times: 1, pauseMs: Number(pace) } } = script
const taken = earlier.reduce((sum, turn) => sum + turn.tokens, 0)
if (taken + tokens > CONTEXT) {
  say(`The context is ${Math.round((taken / CONTEXT) * 100)} % full.`)
  remember('(prompt too long)', tokens)
  fail(`API error: prompt_too_long: ${taken + tokens} tokens > ${CONTEXT} maximum`)
}
for (let round = 0; round < repeats.times; round++) {
  for (const step of script.steps) {
    say(step)
    await sleep(repeats.pauseMs)
  }
}
if (script.thinksForMs !== undefined && first) await sleep(script.thinksForMs)
if (script.fails === 'DISCONNECTS_ONCE' && first) {
  remember('(disconnected)', 2_000)
  fail('stream disconnected before completion: connection reset')
}
if (script.fails === 'CRASHES_ON_RESUME' && offered !== '') fail('panic: index out of range in the diff view')
if (script.tidies === true) {
  for (const file of readdirSync(store)) if (file !== `${sessionId}.jsonl`) rmSync(join(store, file))
}
const [oldest] = earlier
const memory =
  oldest === undefined
    ? 'This session is new: I remember nothing.'
    : `I remember ${earlier.length} earlier turns of this session. The first was: "${oldest.prompt}"`
const answer = script.answer.replace('{memory}', memory)
if (script.namesLate === true) nameSession()
say(answer)
remember(answer, tokens)
