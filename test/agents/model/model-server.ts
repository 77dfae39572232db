import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { anthropic } from './anthropic.js'
import { answerTo, markersIn, toldIn, wantedCall, withoutQuotes } from './asked.js'
import type { Asked, Told } from './asked.js'
import { chatCompletions } from './chat-completions.js'
import type { Dialect, Json } from './dialect.js'
import { gemini } from './gemini.js'
import { responses } from './responses.js'

const DIALECTS: readonly Dialect[] = [anthropic, responses, chatCompletions, gemini]

/** What goes wrong with every request that shows the model a certain message: a denial, or worse. */
export type Fault =
  | 'limited'
  | 'broken'
  | 'overflow'
  /** The connection breaks before anything is answered. */
  | 'dropped'
  /** The request is taken, and never answered. */
  | 'silent'

/** A request that was asked for a turn, and not on the side, for a title and the like: those have no tools. */
export interface SeenRequest {
  markers: string[]
  told: Told
  /** All that the user has said in it, as far as the model is shown it. */
  userTexts: string[]
  fault: Fault | null
}

/**
 * A model on loopback that several providers' CLIs can talk to at once. What a conversation's requests show of it is kept:
 * the proof of what a CLI resumed.
 */
export class ModelServer {
  readonly seen: SeenRequest[] = []
  /** What goes wrong with every request. */
  outage: Fault | null = null
  readonly #faults = new Map<string, Fault>()
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  #count = 0

  private constructor() {}

  static async start(): Promise<ModelServer> {
    const model = new ModelServer()
    model.#server.listen(0, '127.0.0.1')
    await once(model.#server, 'listening')
    return model
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** From now on, each request whose history holds this message goes wrong: as a broken history does, for ever. */
  fail(marker: string, fault: Fault): void {
    this.#faults.set(marker, fault)
  }

  mend(marker: string): void {
    this.#faults.delete(marker)
  }

  /** The newest request that holds this message. */
  newestWith(marker: string): SeenRequest | undefined {
    return this.seen.findLast(({ markers }) => markers.includes(marker))
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://model')
    const body = await bodyOf(request)
    const dialect = DIALECTS.find((one) => one.serves(pathname))
    if (dialect === undefined) return aside(pathname, response)
    const whole = dialect.read(body, pathname)
    const asked = withoutQuotes(whole)
    const fault = this.#note(asked, toldIn(whole))
    if (fault === 'silent') return
    if (fault === 'dropped') return void response.destroy()
    if (fault !== null) return json(response, dialect.denials[fault].status, dialect.denials[fault].body)
    reply(dialect, asked, (this.#count += 1), response)
  }

  #note(asked: Asked, told: Told): Fault | null {
    const markers = markersIn(asked.userTexts)
    // On the side it is asked with what may be a prompt's first words, and nothing depends on the answer.
    if (asked.tools.length === 0) return null
    const own = markers.map((marker) => this.#faults.get(marker)).find((one) => one !== undefined)
    const fault = this.outage ?? own ?? null
    this.seen.push({ markers, told, userTexts: asked.userTexts, fault })
    return fault
  }
}

function reply(dialect: Dialect, asked: Asked, n: number, response: ServerResponse): void {
  const call = wantedCall(asked, `call_${n}`)
  const said = { text: call === null ? answerTo(markersIn(asked.userTexts)) : 'A tool is needed.', call }
  if (!asked.streams) return json(response, 200, dialect.whole(said, n))
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const { event, data } of dialect.stream(said, n)) {
    if (event !== undefined) response.write(`event: ${event}\n`)
    response.write(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`)
  }
  response.end()
}

/** What CLIs ask for beside their turns: how long a prompt is, which models there are, whether anybody is there. */
function aside(path: string, response: ServerResponse): void {
  if (/count_?tokens$/i.test(path)) return json(response, 200, { input_tokens: 100, totalTokens: 100 })
  if (path.endsWith('/models')) return json(response, 200, { object: 'list', data: [], models: [], has_more: false })
  json(response, 404, {})
}

function json(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function bodyOf(request: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? {} : (JSON.parse(text) as Json)
}
