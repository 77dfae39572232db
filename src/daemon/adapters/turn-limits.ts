import type { Adapter, Turn, TurnEnd } from './adapter.js'

export interface Limits {
  /** How long a turn may go without work, in milliseconds. A running tool call is work. */
  idleMs: number
  /** How long a turn may take, in milliseconds. */
  totalMs: number
}

const MOST_WORDS = 2000

/**
 * Runs a turn within its limits. At a limit the turn is told to end, and fails as `agent_idle` or `timeout` with the
 * agent's last output. If the answer was complete by then, the turn completes.
 */
export async function runWithin(limits: Limits, run: Adapter['run'], turn: Turn): Promise<TurnEnd> {
  const over = new AbortController()
  const tools = new Set<string>()
  let reached: 'agent_idle' | 'timeout' | null = null
  let said = ''
  const end = (limit: 'agent_idle' | 'timeout') => {
    reached ??= limit
    over.abort()
  }
  const total = setTimeout(() => end('timeout'), limits.totalMs)
  const idle = setTimeout(() => {
    // The end of the tool call restarts the timer.
    if (tools.size === 0) end('agent_idle')
  }, limits.idleMs)
  try {
    const ended = await run({
      ...turn,
      signal: AbortSignal.any([turn.signal, over.signal]),
      onWork: (tool) => {
        if (tool?.running === true) tools.add(tool.id)
        else if (tool !== undefined) tools.delete(tool.id)
        idle.refresh()
        turn.onWork(tool)
      },
      onProgress: (entry) => {
        if (entry.text.trim() !== '') said = entry.text.trim()
        turn.onProgress(entry)
      },
    })
    if (reached === null || turn.signal.aborted || isAnswer(ended)) return ended
    const { words = '', error = '' } = ended.kind === 'completed' ? {} : { words: '', ...ended }
    const { sessionId, transcriptMissing } =
      ended.kind === 'refused' ? { sessionId: null, transcriptMissing: false } : ended
    const lines = [said, error, words].filter((part, index, all) => part !== '' && all.indexOf(part) === index)
    return {
      kind: 'failed',
      failureReason: reached,
      error: sentence(reached, limits),
      sessionId,
      transcriptMissing,
      ...(lines.length > 0 && { words: `It said last: ${lines.join('\n').slice(-MOST_WORDS)}` }),
    }
  } finally {
    clearTimeout(total)
    clearTimeout(idle)
  }
}

/** An agent that is told to stop may report a completed turn without text. */
function isAnswer(end: TurnEnd): boolean {
  return end.kind === 'completed' && end.output.trim() !== ''
}

function sentence(limit: 'agent_idle' | 'timeout', { idleMs, totalMs }: Limits): string {
  return limit === 'timeout'
    ? `The turn took longer than ${totalMs / 1000} s, the turn limit, and was stopped.`
    : `The agent did no work for ${idleMs / 1000} s, the idle limit, and was stopped.`
}

/** Whether a text only says that the agent waits, which does not count as work. */
export function isStatusLine(text: string): boolean {
  const said = text.trim()
  return (
    said === '' ||
    /^[^\p{L}\p{N}]*(?:re-?connecting|re-?trying|waiting|still (?:working|waiting|running))\b/iu.test(said)
  )
}
