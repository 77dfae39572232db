import { connect } from 'node:net'
import type { Socket } from 'node:net'

const HEAD_END = '\r\n\r\n'
/** Longer than any daemon waits for work. */
const ANSWER_MS = 90_000

/**
 * One kept-alive connection to the server with one caller's token: a request at a time, as a daemon sends them. It reads just
 * the HTTP that this server writes, because the generator runs on the machine that is measured: undici took a third
 * more of it.
 */
export class Connection {
  readonly #head: string
  readonly #url: URL
  #socket: Socket | null = null
  #arrived: Buffer[] = []
  /** The first of them has been sent. */
  #requests: { body: string; resolve: (body: string) => void; reject: (error: Error) => void }[] = []

  constructor(url: string, token: string) {
    this.#url = new URL(url)
    const lines = [
      'POST /graphql HTTP/1.1',
      `host: ${this.#url.host}`,
      'accept: application/graphql-response+json, application/json',
      'content-type: application/json',
      `authorization: Bearer ${token}`,
    ]
    this.#head = `${lines.join('\r\n')}\r\ncontent-length: `
  }

  /** Posts a GraphQL body that is text already; rejects on anything but data without errors. */
  async post<Data>(body: string): Promise<Data> {
    const said = JSON.parse(await this.#send(body)) as { data: Data; errors?: unknown }
    if (said.errors !== undefined) throw new Error(`The server refused: ${JSON.stringify(said.errors)}`)
    return said.data
  }

  close(): void {
    this.#socket?.destroy()
  }

  #send(body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#requests.push({ body, resolve, reject })
      if (this.#requests.length === 1) this.#write(body)
    })
  }

  #write(body: string): void {
    this.#socket ??= this.#open()
    this.#socket.write(`${this.#head}${Buffer.byteLength(body)}${HEAD_END}${body}`)
  }

  #open(): Socket {
    const { hostname, port } = this.#url
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    socket.on('data', (chunk) => this.#arrives(chunk))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('The server closed the connection.')))
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('The server did not answer.')))
    return socket
  }

  #arrives(chunk: Buffer): void {
    this.#arrived.push(chunk)
    const all = this.#arrived.length === 1 ? chunk : Buffer.concat(this.#arrived)
    this.#arrived = [all]
    const headEnd = all.indexOf(HEAD_END)
    if (headEnd < 0) return
    const length = /\r\ncontent-length: (\d+)/i.exec(all.toString('latin1', 0, headEnd))?.[1]
    if (length === undefined)
      return this.#fail(new Error('The server answered in another way than a daemon is answered.'))
    const start = headEnd + HEAD_END.length
    if (all.length < start + Number(length)) return
    this.#arrived = []
    this.#requests.shift()?.resolve(all.toString('utf8', start))
    const [next] = this.#requests
    if (next !== undefined) this.#write(next.body)
  }

  #fail(error: Error): void {
    this.#socket?.destroy()
    this.#socket = null
    for (const { reject } of this.#requests.splice(0)) reject(error)
  }
}
