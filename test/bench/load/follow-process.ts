import { setMaxListeners } from 'node:events'
import { Agent, request } from 'node:http'
import { answerQuestions } from '../setting/asked-process.js'

/** With `streams`: closes those that are open and opens so many. Without: tells how many events have arrived. */
export type FollowOrder = { url: string; token: string; streams: number } | Record<string, never>

export interface FollowAnswer {
  events: number
}

const BODY = JSON.stringify({ query: 'subscription { sessionEvents { position type } }' })
/** In each event that a stream is told. */
const MARK = 'event: next'
const AT_ONCE = 50

let events = 0
let open: AbortController | null = null

answerQuestions<FollowOrder, FollowAnswer>(async (order) => {
  if (!('url' in order)) return { events }
  open?.abort()
  const over = (open = new AbortController())
  setMaxListeners(0, over.signal)
  const agent = new Agent({ maxSockets: Infinity })
  for (let n = 0; n < order.streams; n += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, order.streams - n) }, () =>
      follow(order as Followed, agent, over),
    )
    await Promise.all(some)
  }
  return { events }
})

type Followed = Extract<FollowOrder, { url: string }>

/** Resolves when the server has answered. */
function follow({ url, token }: Followed, agent: Agent, over: AbortController): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
    }
    const sent = request(`${url}/graphql`, { method: 'POST', agent, headers, signal: over.signal }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`A stream was answered with ${response.statusCode}.`))
      response.setEncoding('utf8')
      response.on('data', (text: string) => (events += text.split(MARK).length - 1))
      response.on('error', () => undefined)
      resolve()
    })
    sent.on('error', (error) => (over.signal.aborted ? undefined : reject(error)))
    sent.end(BODY)
  })
}
