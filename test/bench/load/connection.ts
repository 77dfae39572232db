import { Client } from 'undici'

/** One kept-alive connection to the server with one caller's token: a request at a time, as a daemon sends them. */
export class Connection {
  readonly #client: Client
  readonly #headers: Record<string, string>

  constructor(url: string, token: string) {
    this.#client = new Client(url, { pipelining: 1, headersTimeout: 90_000, bodyTimeout: 90_000 })
    this.#headers = {
      accept: 'application/graphql-response+json, application/json',
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
    }
  }

  /** Posts a GraphQL body that is text already; rejects on anything but data without errors. */
  async post<Data>(body: string): Promise<Data> {
    const said = JSON.parse(await this.#send(body)) as { data: Data; errors?: unknown }
    if (said.errors !== undefined) throw new Error(`The server refused: ${JSON.stringify(said.errors)}`)
    return said.data
  }

  async close(): Promise<void> {
    await this.#client.destroy()
  }

  /** By undici's dispatch: its streams of bodies would cost the generator more than the requests themselves. */
  #send(body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = []
      this.#client.dispatch(
        { path: '/graphql', method: 'POST', headers: this.#headers, body },
        {
          onRequestStart: () => undefined,
          onResponseStart: () => undefined,
          onResponseData: (_controller, chunk) => void chunks.push(chunk),
          onResponseEnd: () => resolve(chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString()),
          onResponseError: (_controller, error) => reject(error),
        },
      )
    })
  }
}
