import type { Turn } from './adapter.js'
import { isRecord, text } from './child-process.js'
import { ShownTools } from './shown-tools.js'
import { TextFlow } from './text-flow.js'

type Event = Record<string, unknown>

/** The progress of one run of Claude Code: its streamed text, and its tools with their command or file. */
export class ClaudeProgress {
  readonly tools: ShownTools
  readonly #flow: TextFlow
  /** Messages whose text was streamed. Their whole text arrives again later. */
  readonly #streamed = new Set<unknown>()
  readonly #lines = new Map<string, string>()
  #message: unknown = null

  constructor(turn: Turn) {
    this.tools = new ShownTools(turn.permissions, turn.onProgress)
    this.#flow = new TextFlow((text) => turn.onProgress({ kind: 'text', text }))
  }

  /** Shows a piece of a message. Pieces of background agents are ignored: they would mix in, and arrive as a whole later. */
  piece({ event, parent_tool_use_id: parent }: Event): void {
    if (!isRecord(event) || parent != null) return
    const { type, message, delta } = event
    if (type === 'message_start') this.#message = isRecord(message) ? message.id : null
    if (type === 'content_block_stop') this.#flow.end()
    if (type !== 'content_block_delta' || !isRecord(delta) || typeof delta.text !== 'string') return
    this.#streamed.add(this.#message)
    this.#flow.add(delta.text)
  }

  /** Shows a block of a whole message. */
  block({ type, text: said, id, name, input }: Event, message: unknown): void {
    if (type === 'text' && !this.#streamed.has(message)) {
      this.#flow.add(String(said))
      this.#flow.end()
    }
    if (type !== 'tool_use') return
    this.#flow.end()
    const line = lineOf(String(name), isRecord(input) ? input : {})
    this.#lines.set(String(id), line)
    this.tools.began(line)
  }

  answered({ tool_use_id: id, content, is_error: failed }: Event): void {
    const line = this.#lines.get(String(id))
    if (line !== undefined && this.tools.denied.includes(line)) return
    this.tools.answered(textOf(content), failed === true)
  }

  /** Older versions report denials only with the result. */
  denied({ tool_name: name, tool_use_id: id, tool_input: input }: Event): void {
    this.tools.refused(this.#lines.get(String(id)) ?? lineOf(String(name), isRecord(input) ? input : {}))
  }

  end(): void {
    this.#flow.end()
  }
}

function lineOf(name: string, input: Event): string {
  const what = [input.command, input.file_path, input.notebook_path, input.pattern, input.url, input.query]
  const known = what.map(text).find((one) => one !== null) ?? text(input.description)
  return known === undefined || known === null ? `${name} ${JSON.stringify(input)}` : `${name} ${known}`
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return text(content) ?? ''
  return content
    .filter(isRecord)
    .flatMap((block) => text(block.text) ?? [])
    .join('\n')
}
