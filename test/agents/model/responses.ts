import type { Reply } from './asked.js'
import { textsOf } from './asked.js'
import { pieces } from './dialect.js'
import type { Dialect, Json, Sent } from './dialect.js'

interface Item {
  type?: string
  role?: string
  content?: unknown
  output?: unknown
}

const USAGE = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 10,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 110,
}
const denial = (status: number, type: string, code: string | null, message: string) => ({
  status,
  body: { error: { message, type, code, param: null } },
})

/** The Responses API of OpenAI. */
export const responses: Dialect = {
  serves: (path) => path.endsWith('/responses'),
  read(body) {
    const input = (Array.isArray(body.input) ? body.input : [{ role: 'user', content: body.input }]) as Item[]
    const last = input.at(-1)
    const tools = (body.tools ?? []) as { type: string; name?: string; parameters?: { properties?: Json } }[]
    return {
      userTexts: input.filter(({ role }) => role === 'user').flatMap(({ content }) => textsOf(content)),
      lastText: textsOf(last?.content).join('\n'),
      toolResult: /output$/.test(last?.type ?? '') ? JSON.stringify(last?.output) : null,
      tools: tools.map(({ name, type, parameters }) => ({
        name: name ?? type,
        parameters: (parameters?.properties ?? {}) as Record<string, Json>,
      })),
      streams: true,
    }
  },
  stream(reply, n) {
    const item = itemOf(reply, n)
    const response = { id: `resp_${n}`, object: 'response' }
    return [
      sent({ type: 'response.created', response: { ...response, status: 'in_progress', output: [] } }),
      sent({ type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } }),
      ...(reply.call === null ? pieces(reply.text) : []).map((delta) =>
        sent({ type: 'response.output_text.delta', item_id: item.id, output_index: 0, content_index: 0, delta }),
      ),
      sent({ type: 'response.output_item.done', output_index: 0, item }),
      sent({
        type: 'response.completed',
        response: { ...response, status: 'completed', output: [item], usage: USAGE },
      }),
    ]
  },
  whole: (reply, n) => ({
    id: `resp_${n}`,
    object: 'response',
    status: 'completed',
    output: [itemOf(reply, n)],
    usage: USAGE,
  }),
  denials: {
    limited: denial(429, 'requests', 'rate_limit_exceeded', 'Rate limit reached for loopback. Try again later.'),
    broken: denial(
      400,
      'invalid_request_error',
      null,
      "Item 'rs_1' of type 'reasoning' was provided without its required following item.",
    ),
    overflow: denial(
      400,
      'invalid_request_error',
      'context_length_exceeded',
      'Your input exceeds the context window of this model. Please adjust your input and try again.',
    ),
  },
}

/** Codex takes one item a reply: a call is sent without the words that go with it. */
function itemOf({ text, call }: Reply, n: number): Json {
  if (call !== null) {
    const { id, name, input } = call
    return { type: 'function_call', id: `fc_${n}`, call_id: id, name, arguments: JSON.stringify(input) }
  }
  const content = [{ type: 'output_text', text, annotations: [] }]
  return { type: 'message', id: `msg_${n}`, role: 'assistant', status: 'completed', content }
}

function sent(data: Json & { type: string }): Sent {
  return { event: data.type, data }
}
