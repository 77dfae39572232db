import type { Adapter, Turn, TurnEnd } from '../adapters/adapter.js'
import type { RunContext } from '../client/run-claim.js'

type Refusal = Extract<TurnEnd, { kind: 'refused' }>

/**
 * Repeats a turn in a new session after the provider refused the old one. If the refusal is not certain, the session is only
 * blamed once the new session works: a failure that occurs without the session too is not a refusal.
 */
export async function retriedFresh(
  run: Adapter['run'],
  turn: Turn,
  { refusal, start }: { refusal: Refusal; start: RunContext['start'] },
): Promise<TurnEnd> {
  const waiting: (() => void)[] = []
  let refused = false
  const refuse = () => {
    if (refused) return
    refused = true
    turn.onResume('REFUSED')
    turn.onProgress({ kind: 'error', text: `The session was refused: ${refusal.error}` })
    for (const tell of waiting.splice(0)) tell()
  }
  const whenRefused = (tell: () => void) => {
    if (refused) tell()
    else waiting.push(tell)
  }
  if (refusal.perhaps !== true) {
    await start('REFUSED')
    refuse()
  }
  const end = await run({
    ...turn,
    resume: null,
    onResume: () => undefined,
    onSession: (sessionId) => whenRefused(() => turn.onSession(sessionId)),
    onProgress: (entry) => {
      if (entry.kind === 'text' || entry.kind === 'tool') refuse()
      whenRefused(() => turn.onProgress(entry))
    },
  })
  if (end.kind === 'completed') refuse()
  if (refused || end.kind !== 'failed') return end
  return { ...end, sessionId: null, transcriptMissing: false }
}
