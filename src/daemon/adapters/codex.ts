import type { Turn, TurnEnd } from './adapter.js'
import { isRecord, jsonLine, runProcess, text } from './child-process.js'
import type { Machine } from './child-process.js'
import { failureReason } from './failure-reason.js'
import { FinalGrace } from './final-grace.js'
import { endedWithoutResult, failureOfExit } from './how-it-ended.js'
import type { HasTranscript } from './transcripts.js'

export interface Codex {
  program: string
  /** The operator's own, such as --sandbox=workspace-write. */
  extraArgs: readonly string[]
  machine: Machine
  hasTranscript: HasTranscript
}

const REFUSALS =
  /no rollout found|no saved session|thread\/resume(?: failed)?:|session not found|conversation not found/i
const TOOLS = ['command_execution', 'file_change', 'mcp_tool_call', 'web_search']

interface Seen {
  threadId: string | null
  toolsRan: boolean
  output: string
  error: string | null
  usage: unknown
  /** The turn's own end: what the process does after it changes nothing. */
  completed: boolean
}

/** One turn of `codex exec --json`, or of its `resume`: the prompt goes to stdin, and JSON lines come back. */
export async function runCodex(codex: Codex, turn: Turn): Promise<TurnEnd> {
  const seen: Seen = { threadId: null, toolsRan: false, output: '', error: null, usage: null, completed: false }
  const grace = new FinalGrace(turn.signal)
  const args = ['exec', '--json', '--skip-git-repo-check', ...codex.extraArgs]
  if (turn.model !== null) args.push('-c', `model=${JSON.stringify(turn.model)}`)
  if (turn.resume !== null) args.push('resume', '--', turn.resume)
  const exit = await runProcess(
    {
      ...{ program: codex.program, args: [...args, '-'], input: turn.prompt },
      ...{ workDir: turn.workDir, machine: codex.machine },
    },
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
  const error = seen.error ?? (errorLines(exit.stderr) || endedWithoutResult('Codex', exit))
  if (turn.resume !== null && seen.threadId === null && REFUSALS.test(error) && !isOversized(error)) {
    return { kind: 'refused', error, toolsRan: seen.toolsRan }
  }
  const sessionId = seen.threadId
  const transcriptMissing = sessionId !== null && (await codex.hasTranscript(sessionId)) === false
  const ended = { sessionId, transcriptMissing }
  if (seen.error === null && (seen.completed || exit.code === 0)) {
    return { kind: 'completed', output: seen.output, result: { usage: seen.usage }, ...ended }
  }
  const ofExit = seen.error === null ? failureOfExit('Codex', exit) : null
  return { kind: 'failed', ...(ofExit ?? { failureReason: failureReason({ error }), error }), ...ended }
}

function take(event: Record<string, unknown> | null, seen: Seen, turn: Turn): void {
  if (event === null) return
  const item = isRecord(event.item) ? event.item : null
  if (event.type === 'thread.started') {
    seen.threadId = text(event.thread_id)
    // A name that Codex does not know quietly starts another thread: only the same id is a resume.
    if (turn.resume !== null) turn.onResume(seen.threadId === turn.resume ? 'RESUMED' : 'REFUSED')
    if (seen.threadId !== null) turn.onSession(seen.threadId)
    turn.onWork()
  } else if (event.type === 'turn.completed') {
    seen.usage = event.usage
    seen.error = null
    seen.completed = true
    turn.onWork()
  } else if (event.type === 'turn.failed') {
    seen.error = isRecord(event.error) ? String(event.error.message) : 'The turn failed.'
  } else if (item !== null && typeof item.type === 'string') {
    const tool = TOOLS.includes(item.type) ? text(item.id) : null
    if (tool !== null) seen.toolsRan = true
    // An item of an error says that Codex waits or tries again.
    if (item.type !== 'error')
      turn.onWork(tool === null ? undefined : { id: tool, running: event.type !== 'item.completed' })
    if (event.type === 'item.completed') completed(item, seen, turn)
  } else if (event.type === 'error') {
    // Also sent for a reconnection that then succeeds: the turn's own end decides.
    turn.onProgress({ kind: 'error', text: String(event.message) })
  }
}

function completed(item: Record<string, unknown>, seen: Seen, turn: Turn): void {
  const { type, text: said, command, tool, query, message } = item
  if (type === 'agent_message') {
    seen.output = String(said)
    turn.onProgress({ kind: 'text', text: seen.output })
  } else if (type === 'error') {
    turn.onProgress({ kind: 'error', text: String(message) })
  } else if (typeof type === 'string' && TOOLS.includes(type)) {
    const what = text(command) ?? text(query) ?? text(tool) ?? JSON.stringify(item.changes ?? {})
    turn.onProgress({ kind: 'tool', text: `${type} ${what}` })
  }
}

function isOversized(error: string): boolean {
  return failureReason({ error }) === 'codex_resume_oversized'
}

/** Without the log lines and warnings that Codex writes to stderr beside its errors. */
function errorLines(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !/^(WARNING: |\d{4}-\d\d-\d\dT)/.test(line))
  return (lines.length > 0 ? lines : stderr.split('\n')).join('\n').trim()
}
