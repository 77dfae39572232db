import { wallClock } from '../clock.js'
import type { Turn, TurnEnd } from './adapter.js'
import { codexUsage, TOKEN_COUNT, TURN_CONTEXT } from './codex-usage.js'
import { codexArgs } from './codex-args.js'
import { isRecord, jsonLine, runProcess, text } from './child-process.js'
import type { Machine } from './child-process.js'
import { failureOf } from './failure-reason.js'
import { FinalGrace } from './final-grace.js'
import { endedWithoutResult, failureOfExit } from './how-it-ended.js'
import { lastWords } from './provider-words.js'
import { ShownTools } from './shown-tools.js'
import type { HasTranscript, LastLine } from './transcripts.js'

export interface Codex {
  program: string
  /** The operator's arguments, such as --sandbox=workspace-write. */
  extraArgs: readonly string[]
  machine: Machine
  hasTranscript: HasTranscript
  lastLine: LastLine
}

const REFUSALS =
  /no rollout found|no saved session|thread\/resume(?: failed)?:|session not found|conversation not found/i
const TOOLS = ['command_execution', 'file_change', 'mcp_tool_call', 'web_search']

interface Seen {
  threadId: string | null
  tools: ShownTools
  /** The ids of the tools that have been shown. */
  shown: Set<string>
  /** The model has answered, so the transcript continues. */
  worked: boolean
  output: string
  error: string | null
  usage: unknown
  /** The turn has reported its end. What the process does afterwards does not matter. */
  completed: boolean
}

/** Runs one turn of `codex exec --json` or of its `resume`: the prompt goes to stdin, and JSON lines come from stdout. */
export async function runCodex(codex: Codex, turn: Turn): Promise<TurnEnd> {
  const seen: Seen = {
    threadId: null,
    worked: false,
    output: '',
    error: null,
    usage: null,
    completed: false,
    shown: new Set(),
    tools: new ShownTools(turn.permissions, turn.onProgress),
  }
  const grace = new FinalGrace(turn.signal)
  const before = turn.resume === null ? null : await codex.lastLine(turn.resume, TOKEN_COUNT)
  const { args, env } = codexArgs(codex.extraArgs, turn)
  const machine = { ...codex.machine, environment: { ...codex.machine.environment, ...env } }
  const exit = await runProcess(
    { program: codex.program, args, input: turn.prompt, workDir: turn.workDir, machine },
    {
      signal: grace.signal,
      onLine: (line) => {
        const event = jsonLine(line)
        take(event, seen, turn)
        if (event?.type === 'turn.completed' || event?.type === 'turn.failed') grace.begin()
      },
    },
  )
  grace.end()
  const told = seen.error ?? ownError(exit.stderr)
  const ofExit = seen.error === null ? failureOfExit('Codex', exit) : null
  const ofWords = told === null ? null : failureOf({ error: told, ...codeIn(told) }, wallClock())
  const failure = ofExit ?? ofWords ?? endedWithoutResult('Codex', exit)
  const { error } = failure
  const good = seen.error === null && (seen.completed || exit.code === 0)
  if (turn.resume !== null && !seen.worked && !good && !turn.signal.aborted) {
    const known = failure.failureReason !== 'agent_error'
    if (seen.threadId === null && !known && REFUSALS.test(error)) return { kind: 'refused', error, toolsRan: false }
    // A status means that the session was sent to the service.
    const unknown = ofExit === null && !known && !/\bunexpected status \d{3}\b/.test(error)
    if (unknown) return { kind: 'refused', error, toolsRan: false, perhaps: true }
  }
  const sessionId = seen.threadId
  const transcriptMissing = sessionId !== null && (await codex.hasTranscript(sessionId)) === false
  const after = sessionId === null ? null : await codex.lastLine(sessionId, TOKEN_COUNT)
  const turnContext = sessionId === null ? null : await codex.lastLine(sessionId, TURN_CONTEXT)
  const resumed = turn.resume !== null && turn.resume === sessionId
  const counts = { before: resumed ? before : null, after, turnContext, told: seen.usage, resumed }
  const ended = { sessionId, transcriptMissing, usage: codexUsage(counts) }
  if (good) {
    const result = { usage: seen.usage, ...seen.tools.summary() }
    return { kind: 'completed', output: seen.output, result, ...ended }
  }
  return { kind: 'failed', ...failure, ...ended }
}

function take(event: Record<string, unknown> | null, seen: Seen, turn: Turn): void {
  if (event === null) return
  const item = isRecord(event.item) ? event.item : null
  if (event.type === 'thread.started') {
    seen.threadId = text(event.thread_id)
    // For an unknown id, Codex starts another thread without an error. Only the same id is a resume.
    if (turn.resume !== null && seen.threadId !== turn.resume) turn.onResume('REFUSED')
    if (seen.threadId !== null && seen.threadId !== turn.resume) turn.onSession(seen.threadId)
    turn.onWork()
  } else if (event.type === 'turn.completed') {
    seen.usage = event.usage
    seen.error = null
    seen.completed = true
    works(seen, turn)
    turn.onWork()
  } else if (event.type === 'turn.failed') {
    seen.error = isRecord(event.error) ? String(event.error.message) : 'The turn failed.'
  } else if (item !== null && typeof item.type === 'string') {
    const tool = TOOLS.includes(item.type) ? text(item.id) : null
    // An error item means that Codex waits or retries.
    if (item.type !== 'error') {
      works(seen, turn)
      turn.onWork(tool === null ? undefined : { id: tool, running: event.type !== 'item.completed' })
    }
    if (tool !== null && !seen.shown.has(tool)) {
      seen.shown.add(tool)
      seen.tools.began(lineOf(item))
    }
    if (event.type === 'item.completed') completed(item, seen, turn)
  } else if (event.type === 'error') {
    // Codex also sends this for a reconnection that succeeds later. The turn's end decides.
    turn.onProgress({ kind: 'error', text: String(event.message) })
  }
}

/** The model has answered, so the thread was resumed. */
function works(seen: Seen, turn: Turn): void {
  if (seen.worked) return
  seen.worked = true
  if (turn.resume === null || seen.threadId !== turn.resume) return
  turn.onResume('RESUMED')
  turn.onSession(turn.resume)
}

function completed(item: Record<string, unknown>, seen: Seen, turn: Turn): void {
  const { type, text: said, message, aggregated_output: output, status } = item
  if (type === 'agent_message') {
    seen.output = String(said)
    turn.onProgress({ kind: 'text', text: seen.output })
  } else if (type === 'error') {
    turn.onProgress({ kind: 'warning', text: String(message) })
  } else if (status === 'declined') {
    seen.tools.refused(lineOf(item))
  } else if (typeof type === 'string' && TOOLS.includes(type)) {
    seen.tools.answered(text(output) ?? '', status === 'failed')
  }
}

function lineOf({ type, command, query, tool, server, changes }: Record<string, unknown>): string {
  const files = Array.isArray(changes)
    ? changes.filter(isRecord).map(({ kind, path }) => [kind, path].map(String).join(' '))
    : []
  const what = text(command) ?? text(query) ?? text([server, tool].filter(Boolean).join(' ')) ?? files.join(', ')
  return `${String(type)} ${what}`
}

/** Codex prints the provider's JSON unchanged. The code in it says more than its text. */
function codeIn(error: string): { code: string | null } {
  const body = jsonLine(error.slice(Math.max(0, error.indexOf('{'))).trim())
  const told = isRecord(body?.error) ? body.error : body
  return { code: text(told?.code) ?? text(told?.type) }
}

/** Codex's own error on stderr, from before its events begin; null if stderr holds only its log. */
function ownError(stderr: string): string | null {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !/^(WARNING: |\d{4}-\d\d-\d\dT)/.test(line))
  const begin = lines.findLastIndex((line) => /^error: /i.test(line))
  return begin === -1 ? null : lastWords(lines.slice(begin).join('\n'))
}
