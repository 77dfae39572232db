import type { Reply } from './asked.js'
import { textsOf } from './asked.js'
import { pieces } from './dialect.js'
import type { Dialect, Json, Sent } from './dialect.js'

interface Message {
  role: string
  content: unknown
}

const USAGE = { input_tokens: 100, output_tokens: 20, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 }
const denial = (status: number, type: string, message: string) => ({
  status,
  body: { type: 'error', error: { type, message } },
})

/** The Messages API of Anthropic. */
export const anthropic: Dialect = {
  serves: (path) => path.endsWith('/v1/messages'),
  read(body) {
    const messages = (body.messages ?? []) as Message[]
    const last = messages.findLast(({ role }) => role !== 'system')
    const result = blocks(last).find(({ type }) => type === 'tool_result')
    const tools = (body.tools ?? []) as { name: string; input_schema?: { properties?: Record<string, Json> } }[]
    return {
      userTexts: messages.filter(({ role }) => role === 'user').flatMap(({ content }) => textsOf(content)),
      lastText: textsOf(last?.content).join('\n'),
      toolResult: result === undefined ? null : JSON.stringify(result.content),
      tools: tools.map(({ name, input_schema }) => ({ name, parameters: input_schema?.properties ?? {} })),
      streams: body.stream === true,
    }
  },
  stream: (reply, n) => [
    sent({ type: 'message_start', message: { ...message(n), content: [], stop_reason: null } }),
    ...content(reply).flatMap((block, index) => [
      sent({ type: 'content_block_start', index, content_block: opened(block) }),
      ...deltas(block).map((delta) => sent({ type: 'content_block_delta', index, delta })),
      sent({ type: 'content_block_stop', index }),
    ]),
    sent({ type: 'message_delta', delta: { stop_reason: stopReason(reply), stop_sequence: null }, usage: USAGE }),
    sent({ type: 'message_stop' }),
  ],
  whole: (reply, n) => ({ ...message(n), content: content(reply), stop_reason: stopReason(reply) }),
  denials: {
    limited: denial(429, 'rate_limit_error', 'This request would exceed your rate limit. Please try again later.'),
    broken: denial(
      400,
      'invalid_request_error',
      'messages.1: `thinking` blocks in the latest assistant message cannot be modified.',
    ),
    overflow: denial(400, 'invalid_request_error', 'prompt is too long: 212345 tokens > 200000 maximum'),
  },
}

type Block = { type: 'text'; text: string } | { type: 'tool_use'; id: string; name: string; input: Json }

function content({ text, call }: Reply): Block[] {
  const said: Block = { type: 'text', text }
  return call === null ? [said] : [said, { type: 'tool_use', ...call }]
}

function opened(block: Block): Json {
  return block.type === 'text' ? { ...block, text: '' } : { ...block, input: {} }
}

function deltas(block: Block): Json[] {
  if (block.type === 'text') return pieces(block.text).map((text) => ({ type: 'text_delta', text }))
  return [{ type: 'input_json_delta', partial_json: JSON.stringify(block.input) }]
}

function message(n: number): Json {
  return {
    id: `msg_${n}`,
    type: 'message',
    role: 'assistant',
    model: 'loopback',
    stop_sequence: null,
    usage: USAGE,
  }
}

function stopReason({ call }: Reply): string {
  return call === null ? 'end_turn' : 'tool_use'
}

function sent(data: Json & { type: string }): Sent {
  return { event: data.type, data }
}

function blocks(message: Message | undefined): Json[] {
  return Array.isArray(message?.content) ? (message.content as Json[]) : []
}
