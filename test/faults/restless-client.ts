import { setTimeout as sleep } from 'node:timers/promises'

/** What a server refused for good, by its code. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(`${code}: ${message}`)
    this.name = 'Refusal'
  }
}

/** Codes after which the same call may succeed: everything else is the server's last word. */
const RETRYABLE: ReadonlySet<string> = new Set(['INTERNAL', 'UNAVAILABLE', 'RATE_LIMITED'])
const LONGEST_OUTAGE_MS = 120_000
const ANSWER_WITHIN_MS = 20_000

/**
 * Sends a call to one of several servers, again and again to another one until a server has given an answer: whatever was
 * lost on the way, the call, the answer or the server, the next try is the same call.
 */
export async function insist<T>(urls: readonly string[], token: string, query: string, variables: object): Promise<T> {
  const deadline = performance.now() + LONGEST_OUTAGE_MS
  for (let attempt = 0; ; attempt++) {
    let last: string
    const url = urls[(attempt + Math.floor(Math.random() * urls.length)) % urls.length] ?? ''
    try {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      })
      const { data, errors } = (await response.json()) as {
        data?: T
        errors?: { message: string; extensions?: { code?: string } }[]
      }
      const [error] = errors ?? []
      if (error === undefined && data !== undefined) return data
      const code = error?.extensions?.code ?? 'INTERNAL'
      if (!RETRYABLE.has(code)) throw new Refusal(code, error?.message ?? '')
      last = `${response.status} ${code}: ${error?.message ?? 'no data'}`
    } catch (error) {
      if (error instanceof Refusal) throw error
      last = String(error)
    }
    if (performance.now() > deadline) {
      throw new Error(`No server answered for ${LONGEST_OUTAGE_MS} ms, in ${attempt + 1} tries; the last: ${last}`)
    }
    await sleep(20 + Math.random() * 100)
  }
}
