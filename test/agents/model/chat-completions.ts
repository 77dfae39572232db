import type { Reply } from './asked.js'
import { textsOf } from './asked.js'
import { pieces } from './dialect.js'
import type { Dialect, Json, Sent } from './dialect.js'

interface Message {
  role: string
  content: unknown
}

const USAGE = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 }
const denial = (status: number, type: string, code: string | null, message: string) => ({
  status,
  body: { error: { message, type, code } },
})

/** The chat completions of OpenAI, which many services speak. */
export const chatCompletions: Dialect = {
  serves: (path) => path.endsWith('/chat/completions'),
  read(body) {
    const messages = (body.messages ?? []) as Message[]
    const last = messages.at(-1)
    const tools = (body.tools ?? []) as { function: { name: string; parameters?: { properties?: Json } } }[]
    return {
      userTexts: messages.filter(({ role }) => role === 'user').flatMap(({ content }) => textsOf(content)),
      lastText: textsOf(last?.content).join('\n'),
      toolResult: last?.role === 'tool' ? JSON.stringify(last.content) : null,
      tools: tools.map(({ function: { name, parameters } }) => ({
        name,
        parameters: (parameters?.properties ?? {}) as Record<string, Json>,
      })),
      streams: body.stream === true,
    }
  },
  stream: (reply, n) => [
    ...pieces(reply.text).map((content) => chunk(n, { role: 'assistant', content }, null)),
    ...(reply.call === null ? [] : [chunk(n, { tool_calls: [{ index: 0, ...callOf(reply.call) }] }, null)]),
    chunk(n, {}, finishReason(reply)),
    { data: '[DONE]' },
  ],
  whole: (reply, n) => ({
    id: `chat_${n}`,
    object: 'chat.completion',
    created: 1,
    model: 'loopback',
    usage: USAGE,
    choices: [{ index: 0, finish_reason: finishReason(reply), message: { role: 'assistant', content: reply.text } }],
  }),
  denials: {
    limited: denial(429, 'rate_limit_error', 'rate_limit_exceeded', 'Rate limit reached. Try again later.'),
    broken: denial(
      400,
      'invalid_request_error',
      null,
      "messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
    ),
    overflow: denial(
      400,
      'invalid_request_error',
      'context_length_exceeded',
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 212345 tokens.",
    ),
  },
}

function chunk(n: number, delta: Json, finish_reason: string | null): Sent {
  const usage = finish_reason === null ? {} : { usage: USAGE }
  return {
    data: {
      id: `chat_${n}`,
      object: 'chat.completion.chunk',
      created: 1,
      model: 'loopback',
      choices: [{ index: 0, delta, finish_reason }],
      ...usage,
    },
  }
}

function callOf({ id, name, input }: NonNullable<Reply['call']>): Json {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(input) } }
}

function finishReason({ call }: Reply): string {
  return call === null ? 'stop' : 'tool_calls'
}
