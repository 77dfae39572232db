import { wallClock } from '../clock.js'
import type { Turn, TurnEnd, TurnFailure } from './adapter.js'
import { isRecord, jsonLine, runProcess, text } from './child-process.js'
import type { Machine } from './child-process.js'
import { backgroundTasks, ClaudeResults, errorOf } from './claude-results.js'
import type { BackgroundTask } from './claude-results.js'
import { failureOf } from './failure-reason.js'
import { claudeArgs, withMcpFile } from './claude-args.js'
import { claudeUsage, ContextUse, COST_STATE } from './claude-usage.js'
import { ClaudeProgress } from './claude-progress.js'
import { FinalGrace } from './final-grace.js'
import { endedWithoutResult, failureOfExit } from './how-it-ended.js'
import { asText, lastWords } from './provider-words.js'
import { epoch } from './retry-at.js'
import type { HasTranscript, LastLine } from './transcripts.js'

export interface ClaudeCode {
  program: string
  /** The operator's arguments, such as --permission-mode=acceptEdits. Without permissions, tools that ask are denied. */
  extraArgs: readonly string[]
  machine: Machine
  hasTranscript: HasTranscript
  lastLine: LastLine
  /** How long background commands may delay the answer. */
  backgroundMs: number
}

/** Claude Code's errors, in its first result, about a session that it does not have. */
const REFUSALS =
  /no conversation found|--resume requires a valid session|does not match any session|session .* not found/i

interface Seen {
  sessionId: string | null
  progress: ClaudeProgress
  /** The model has answered, so the transcript continues. */
  worked: boolean
  results: ClaudeResults
  background: BackgroundTask[]
  /** The newest event is a result. */
  over: boolean
  /** The end of a limit that was reached, in milliseconds since 1970. */
  limitEnds: number | null
  context: ContextUse
}

/** Runs one turn of `claude -p`: the prompt goes to stdin, and stream-json comes from stdout. */
export async function runClaudeCode(claude: ClaudeCode, turn: Turn): Promise<TurnEnd> {
  const seen: Seen = {
    sessionId: null,
    worked: false,
    results: new ClaudeResults(),
    background: [],
    over: false,
    limitEnds: null,
    context: new ContextUse(),
    progress: new ClaudeProgress(turn),
  }
  const grace = new FinalGrace(turn.signal)
  const onLine = (line: string) => {
    const event = jsonLine(line)
    if (event === null) return
    take(event, seen, turn)
    waitForMore(event, seen, { grace, backgroundMs: claude.backgroundMs })
  }
  const before = turn.resume === null ? null : await claude.lastLine(turn.resume, COST_STATE)
  const machine = { ...claude.machine, environment: { ...claude.machine.environment, ...turn.env } }
  const exit = await withMcpFile(turn.mcpServers, (mcpFile) =>
    runProcess(
      {
        program: claude.program,
        args: claudeArgs(claude.extraArgs, turn, mcpFile),
        machine,
        workDir: turn.workDir,
        input: asText(turn.prompt),
      },
      { signal: grace.signal, onLine },
    ),
  )
  grace.end()
  seen.progress.end()
  const answer = seen.results.answer()
  const result = seen.results.error()
  const ofExit = result === null ? failureOfExit('Claude Code', exit) : null
  const failure = ofExit ?? failureIn(result, seen) ?? endedWithoutResult('Claude Code', exit)
  if (turn.resume !== null && !seen.worked && answer === null && !turn.signal.aborted) {
    const error = (result === null ? '' : errorOf(result)) || lastWords(exit.stderr) || failure.error
    if (seen.sessionId === null && REFUSALS.test(error)) return { kind: 'refused', error, toolsRan: false }
    // A status means that the session was sent to the service. No known failure is a refusal.
    const unknown = ofExit === null && failure.failureReason === 'agent_error' && result?.api_error_status == null
    if (unknown) return { kind: 'refused', error, toolsRan: false, perhaps: true }
  }
  const sessionId = await storedSession(claude.hasTranscript, seen.sessionId, turn.resume)
  const transcriptMissing = sessionId !== null && (await claude.hasTranscript(sessionId)) === false
  const usage = claudeUsage(seen.results.all, { before, context: seen.context })
  const ended = { sessionId, transcriptMissing, usage }
  if (answer !== null) {
    if (grace.signal.aborted && !turn.signal.aborted && seen.background.length > 0) {
      const left = seen.background.map(({ description }) => description).join('; ')
      turn.onProgress({ kind: 'warning', text: `Ended what still ran in the background after the answer: ${left}` })
    }
    const told = { costUsd: usage?.costUsd, turns: answer.last.num_turns, ...seen.progress.tools.summary() }
    return { kind: 'completed', output: answer.output, result: told, ...ended }
  }
  return { kind: 'failed', ...failure, ...ended }
}

function take(event: Record<string, unknown>, seen: Seen, turn: Turn): void {
  if (event.type === 'result') {
    turn.onWork()
    for (const denied of Array.isArray(event.permission_denials) ? event.permission_denials.filter(isRecord) : []) {
      seen.progress.denied(denied)
    }
    if (event.is_error !== true) works(seen, turn)
    const warning = seen.results.add(event)
    if (warning !== null) turn.onProgress({ kind: 'warning', text: warning })
  } else if (event.type === 'system') {
    system(event, seen, turn)
  } else if (event.type === 'rate_limit_event' && isRecord(event.rate_limit_info)) {
    const { status, resetsAt } = event.rate_limit_info
    seen.limitEnds = status === 'rejected' && typeof resetsAt === 'number' ? epoch(resetsAt) : null
  } else if (event.type === 'stream_event') {
    if (isRecord(event.event) && event.event.type === 'ping') return
    turn.onWork()
    works(seen, turn)
    seen.context.take(event)
    seen.progress.piece(event)
  } else if ((event.type === 'assistant' || event.type === 'user') && isRecord(event.message)) {
    turn.onWork()
    const { content, id, model } = event.message
    // A synthetic message repeats the error of the result.
    if (model === '<synthetic>') return
    works(seen, turn)
    for (const block of Array.isArray(content) ? content.filter(isRecord) : []) {
      if (event.type === 'assistant') said(block, { seen, turn, message: id })
      else if (block.type === 'tool_result') {
        turn.onWork({ id: String(block.tool_use_id), running: false })
        seen.progress.answered(block)
      }
    }
  }
}

/** The model has answered, so the session was resumed. */
function works(seen: Seen, turn: Turn): void {
  if (seen.worked) return
  seen.worked = true
  if (turn.resume === null) return
  turn.onResume('RESUMED')
  // Some versions report an id for a resumed run that no transcript has, so only the store can tell at the end.
  if (turn.resume === seen.sessionId) turn.onSession(turn.resume)
}

/** Status events and API retries mean that Claude Code waits, so they do not count as work. */
function system(event: Record<string, unknown>, seen: Seen, turn: Turn): void {
  const running = backgroundTasks(event)
  if (running !== null) {
    for (const { id } of seen.background) turn.onWork({ id: `background ${id}`, running: false })
    for (const { id } of running) turn.onWork({ id: `background ${id}`, running: true })
    seen.background = running
  } else if (event.subtype === 'init') {
    turn.onWork()
    const first = seen.sessionId === null
    seen.sessionId ??= text(event.session_id)
    // Claude Code sends another `init` for each background task that has ended.
    if (seen.sessionId !== null && first && turn.resume === null) turn.onSession(seen.sessionId)
  } else if (event.subtype === 'permission_denied') {
    seen.progress.denied(event)
  } else if (/^(?:compact_boundary|hook_|task_)/.test(String(event.subtype))) {
    turn.onWork()
  }
}

function said(
  block: Record<string, unknown>,
  { seen, turn, message }: { seen: Seen; turn: Turn; message: unknown },
): void {
  if (block.type === 'tool_use') turn.onWork({ id: String(block.id), running: true })
  seen.progress.block(block, message)
}

/**
 * After a result, Claude Code exits, or starts again with another `init` when a background task has ended. If it does
 * neither, it is ended, and its answer is delivered.
 */
function waitForMore(
  event: Record<string, unknown>,
  seen: Seen,
  { grace, backgroundMs }: { grace: FinalGrace; backgroundMs: number },
): void {
  if (event.type === 'result') seen.over = true
  else if (beginsAgain(event)) seen.over = false
  if (!seen.over) return grace.end()
  if (event.type !== 'result' && backgroundTasks(event) === null) return
  if (seen.background.some(({ endsByItself }) => endsByItself)) grace.end()
  else if (seen.background.length === 0) grace.begin()
  else if (event.type === 'result' || !grace.counting) grace.begin(backgroundMs)
}

/** Events of background agents have a parent and do not continue the turn. */
function beginsAgain({ type, subtype, parent_tool_use_id: parent }: Record<string, unknown>): boolean {
  if (type === 'system') return subtype === 'init'
  return parent == null && (type === 'assistant' || type === 'user' || type === 'stream_event')
}

/** Of two ids, the one that has a transcript; the provider's id if the store is unreadable. */
async function storedSession(has: HasTranscript, told: string | null, resumed: string | null): Promise<string | null> {
  if (told === null || resumed === null || told === resumed) return told
  return (await has(told)) === false && (await has(resumed)) === true ? resumed : told
}

/** The failure in a result; null if there is none, or if the result has no text about it. */
function failureIn(result: Record<string, unknown> | null, { limitEnds }: Seen): TurnFailure | null {
  if (result === null) return null
  const apiStatus = typeof result.api_error_status === 'number' ? result.api_error_status : null
  const error = errorOf(result) || (apiStatus === null ? '' : `API Error: ${apiStatus}`)
  const failure = failureOf({ error, apiStatus }, wallClock())
  failure.retryAt = limitEnds ?? failure.retryAt ?? null
  if (result.subtype === 'error_max_turns' || result.terminal_reason === 'max_turns') {
    return { ...failure, failureReason: 'iteration_limit' }
  }
  if (result.terminal_reason === 'prompt_too_long') return { ...failure, failureReason: 'context_overflow' }
  return error === '' ? null : failure
}
