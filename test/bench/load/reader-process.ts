import { setMaxListeners } from 'node:events'
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerQuestions } from '../setting/asked-process.js'

/** A reader who takes all that his token is given. His answers are thrown away unread. */
export interface ReaderOrder {
  url: string
  token: string
  /** JSON bodies; each connection sends them in turn. */
  bodies: readonly string[]
  /** How many requests he keeps under way. */
  connections: number
  /** `sessionEvents` streams that he tries to keep open. */
  streams: number
  seconds: number
}

export interface ReaderTally {
  answered: number
  refused: number
  megabytes: number
  /** Streams that were let in. */
  streams: number
}

/** Of a stream from the log's beginning. */
const STREAM = JSON.stringify({
  query: 'subscription { sessionEvents(after: "0") { position type occurredAt data } }',
})
/** After a refusal, so that all connections together ask as often as the rate limit lets one token ask. */
const REFUSED_MS = 640

answerQuestions<ReaderOrder, ReaderTally>(async ({ url, token, bodies, connections, streams, seconds }) => {
  const tally: ReaderTally = { answered: 0, refused: 0, megabytes: 0, streams: 0 }
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity })
  const over = new AbortController()
  setMaxListeners(0, over.signal)
  const end = performance.now() + seconds * 1000
  const ask = (body: string, accept: string): Promise<number> =>
    new Promise((resolve) => {
      const headers = { accept, 'content-type': 'application/json', authorization: `Bearer ${token}` }
      const sent = request(`${url}/graphql`, { method: 'POST', agent, headers, signal: over.signal }, (response) => {
        const isStream = response.headers['content-type']?.startsWith('text/event-stream') === true
        if (isStream && response.statusCode === 200) tally.streams += 1
        response.on('data', (chunk: Buffer) => (tally.megabytes += chunk.length / 1e6))
        response.on('close', () => resolve(response.statusCode ?? 0))
      })
      sent.on('error', () => resolve(0))
      sent.end(body)
    })
  const keepAsking = async (n: number) => {
    for (let k = n; performance.now() < end; k++) {
      const status = await ask(bodies[k % bodies.length] ?? '', 'application/json')
      if (status === 200) tally.answered += 1
      else tally.refused += 1
      if (status !== 200) await sleep(REFUSED_MS)
    }
  }
  const keepFollowing = async () => {
    while (performance.now() < end) {
      await ask(STREAM, 'text/event-stream')
      await sleep(REFUSED_MS * 16)
    }
  }
  const all = [
    ...Array.from({ length: bodies.length === 0 ? 0 : connections }, (_, n) => keepAsking(n)),
    ...Array.from({ length: streams }, keepFollowing),
  ]
  await Promise.race([Promise.all(all), sleep(seconds * 1000)])
  over.abort()
  agent.destroy()
  return tally
})
