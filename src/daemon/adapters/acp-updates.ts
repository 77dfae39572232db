import type { ContentChunk, RequestPermissionRequest, SessionUpdate } from '@agentclientprotocol/sdk'
import { answerOf, askedOf, isTold, learn, lineOf, unknownTool } from './acp-tools.js'
import type { Tool } from './acp-tools.js'
import type { Turn } from './adapter.js'
import { allows } from './permissions.js'
import { ShownTools } from './shown-tools.js'
import { TextFlow } from './text-flow.js'
import { isStatusLine } from './turn-limits.js'

/** Codex's adapter sends its warnings as text of the model. */
const WARNINGS = /^(?:model metadata for .* not found|warning: )/i
const CHANGES = ['edit', 'delete', 'move']

/** Collects what an agent sends during one turn: the answer and the progress. */
export class TurnUpdates {
  readonly tools: ShownTools
  readonly #known = new Map<string, Tool>()
  readonly #flow: TextFlow
  readonly #blocks: string[] = []
  #block: { id: string | null; text: string } | null = null
  #unrestricted = false

  constructor(private readonly turn: Turn) {
    this.tools = new ShownTools(turn.permissions, turn.onProgress)
    this.#flow = new TextFlow((text) => turn.onProgress({ kind: 'text', text }))
  }

  take(update: SessionUpdate): void {
    work(update, this.turn)
    switch (update.sessionUpdate) {
      case 'agent_message_chunk':
        return this.#said(update)
      case 'tool_call':
      case 'tool_call_update':
        this.#endBlock()
        return this.#called(update)
      case 'plan':
        return this.#endBlock()
      case 'notice':
        return this.turn.onProgress({
          kind: 'warning',
          text: [update.title, update.description ?? ''].filter(Boolean).join(': '),
        })
      default:
    }
  }

  /**
   * Answers a tool's permission request. It never grants a lasting permission, which would change the user's own
   * settings.
   */
  permission({ toolCall, options }: RequestPermissionRequest) {
    this.turn.onWork()
    this.#endBlock()
    const tool = this.#tool(toolCall.toolCallId)
    learn(tool, toolCall)
    tool.asked = true
    const allowed = allows(this.turn.permissions, askedOf(tool), this.turn.workDir)
    const wanted = options.find(({ kind }) => kind === (allowed ? 'allow_once' : 'reject_once'))
    if (!allowed || wanted === undefined) this.tools.refused(lineOf(tool))
    else this.tools.allowed(lineOf(tool))
    tool.shown ||= !allowed
    return {
      outcome: wanted ? { outcome: 'selected' as const, optionId: wanted.optionId } : { outcome: 'cancelled' as const },
    }
  }

  /** Shows the remaining text. Returns the answer: the agent's text, one paragraph for each block. */
  end(): string {
    this.#endBlock()
    return this.#blocks.join('\n\n')
  }

  #said({ content, messageId }: ContentChunk): void {
    if (content.type !== 'text' || content.text === '') return
    const { text } = content
    if (this.#block === null && WARNINGS.test(text)) return this.turn.onProgress({ kind: 'warning', text })
    const id = messageId ?? null
    if (this.#block !== null && id !== null && this.#block.id !== null && id !== this.#block.id) this.#endBlock()
    this.#block = { id, text: (this.#block?.text ?? '') + text }
    this.#flow.add(text)
  }

  #endBlock(): void {
    this.#flow.end()
    const said = this.#block?.text.trim() ?? ''
    if (said !== '') this.#blocks.push(said)
    this.#block = null
  }

  #called(update: Extract<SessionUpdate, { sessionUpdate: 'tool_call' | 'tool_call_update' }>): void {
    const tool = this.#tool(update.toolCallId)
    learn(tool, update)
    this.tools.ran = true
    const ended = update.status === 'completed' || update.status === 'failed'
    if (!tool.shown && (isTold(tool) || ended)) {
      tool.shown = true
      this.tools.began(lineOf(tool))
    }
    if (!ended) return
    this.tools.answered(answerOf(update), update.status === 'failed')
    if (update.status === 'completed' && !tool.asked && CHANGES.includes(tool.kind ?? '')) this.#neverAsks()
  }

  /** Warns under `read`. Under `edit` and `all` the agent may change files anyway. */
  #neverAsks(): void {
    if (this.turn.permissions !== 'read' || this.#unrestricted) return
    this.#unrestricted = true
    const text = 'This agent changes files without asking: --permissions read does not restrict it.'
    this.turn.onProgress({ kind: 'warning', text })
  }

  #tool(id: string): Tool {
    const tool = this.#known.get(id) ?? unknownTool()
    this.#known.set(id, tool)
    return tool
  }
}

function work(update: SessionUpdate, turn: Turn): void {
  switch (update.sessionUpdate) {
    case 'agent_message_chunk':
    case 'agent_thought_chunk':
      if (update.content.type !== 'text' || !isStatusLine(update.content.text)) turn.onWork()
      break
    case 'tool_call':
    case 'tool_call_update':
      turn.onWork({ id: update.toolCallId, running: update.status !== 'completed' && update.status !== 'failed' })
      break
    case 'plan':
      turn.onWork()
      break
    default:
    // Updates of commands, modes and usage do not count as work.
  }
}
