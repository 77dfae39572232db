import type { Turn, TurnEnd } from './adapter.js'
import { isRecord, jsonLine, runProcess, text } from './child-process.js'
import type { Machine } from './child-process.js'
import { failureReason } from './failure-reason.js'
import type { HasTranscript } from './transcripts.js'

export interface ClaudeCode {
  program: string
  /** The operator's own, such as --permission-mode=acceptEdits: without any, tools that ask are denied. */
  extraArgs: readonly string[]
  machine: Machine
  hasTranscript: HasTranscript
}

/** Claude Code answers so, within its first result, to a session that it does not have here. */
const REFUSALS =
  /no conversation found|--resume requires a valid session|does not match any session|session .* not found/i

interface Seen {
  sessionId: string | null
  toolsRan: boolean
  result: Record<string, unknown> | null
}

/** One turn of `claude -p`: the prompt goes to stdin, and stream-json comes back. */
export async function runClaudeCode(claude: ClaudeCode, turn: Turn): Promise<TurnEnd> {
  const seen: Seen = { sessionId: null, toolsRan: false, result: null }
  const args = ['-p', '--output-format', 'stream-json', '--verbose', ...claude.extraArgs]
  if (turn.model !== null) args.push(`--model=${turn.model}`)
  // In one argument: whatever the id is, it cannot be taken for an option.
  if (turn.resume !== null) args.push(`--resume=${turn.resume}`)
  const exit = await runProcess(
    { program: claude.program, args, workDir: turn.workDir, machine: claude.machine, input: turn.prompt },
    { signal: turn.signal, onLine: (line) => take(jsonLine(line), seen, turn) },
  )
  const { result } = seen
  const error = errorOf(result, exit.stderr)
  if (turn.resume !== null && seen.sessionId === null && REFUSALS.test(error)) {
    return { kind: 'refused', error, toolsRan: seen.toolsRan }
  }
  const sessionId = await storedSession(claude.hasTranscript, seen.sessionId, turn.resume)
  const transcriptMissing = sessionId !== null && (await claude.hasTranscript(sessionId)) === false
  // is_error counts, not subtype: errors of the service come as "success", some with exit status 0.
  if (result !== null && result.is_error !== true && exit.code === 0) {
    const { total_cost_usd: costUsd, num_turns: turns } = result
    return {
      kind: 'completed',
      output: text(result.result) ?? '',
      result: { costUsd, turns },
      sessionId,
      transcriptMissing,
    }
  }
  return { kind: 'failed', failureReason: reasonOf(result, error), error, sessionId, transcriptMissing }
}

function take(event: Record<string, unknown> | null, seen: Seen, turn: Turn): void {
  if (event === null) return
  if (event.type === 'result') {
    seen.result = event
  } else if (event.type === 'system' && event.subtype === 'init') {
    seen.sessionId = text(event.session_id)
    if (seen.sessionId === null) return
    if (turn.resume !== null) turn.onResume('RESUMED')
    // Some versions make up an id for a resumed run that no transcript has: only the store can tell, at the end.
    if (turn.resume === null || turn.resume === seen.sessionId) turn.onSession(seen.sessionId)
  } else if (event.type === 'assistant' && isRecord(event.message) && Array.isArray(event.message.content)) {
    for (const block of event.message.content.filter(isRecord)) {
      if (block.type === 'text') turn.onProgress({ kind: 'text', text: String(block.text) })
      if (block.type !== 'tool_use') continue
      seen.toolsRan = true
      turn.onProgress({ kind: 'tool', text: `${String(block.name)} ${JSON.stringify(block.input ?? {})}` })
    }
  }
}

/** Of two ids, the one that has a transcript; the provider's word where the store cannot tell. */
async function storedSession(has: HasTranscript, told: string | null, resumed: string | null): Promise<string | null> {
  if (told === null || resumed === null || told === resumed) return told
  return (await has(told)) === false && (await has(resumed)) === true ? resumed : told
}

function errorOf(result: Record<string, unknown> | null, stderr: string): string {
  const errors = Array.isArray(result?.errors) ? result.errors.map(String) : []
  const said = result?.is_error === true ? text(result.result) : null
  const parts = [...errors, said, result === null ? stderr.trim() : null].filter((part) => part !== null && part !== '')
  return parts.join('\n') || stderr.trim() || 'Claude Code ended without a result.'
}

function reasonOf(result: Record<string, unknown> | null, error: string): string {
  if (result?.subtype === 'error_max_turns' || result?.terminal_reason === 'max_turns') return 'iteration_limit'
  if (result?.terminal_reason === 'prompt_too_long') return 'context_overflow'
  const apiStatus = typeof result?.api_error_status === 'number' ? result.api_error_status : null
  return failureReason({ error, apiStatus })
}
