import type { Reply } from './asked.js'
import { pieces } from './dialect.js'
import type { Dialect, Json, Sent } from './dialect.js'

interface Part {
  text?: string
  functionResponse?: unknown
}
interface Content {
  role?: string
  parts?: Part[]
}
interface Declaration {
  name: string
  parameters?: { properties?: Json }
  parametersJsonSchema?: { properties?: Json }
}

const denial = (code: number, status: string, message: string) => ({
  status: code,
  body: { error: { code, message, status } },
})

/** Gemini's generateContent and streamGenerateContent. */
export const gemini: Dialect = {
  serves: (path) => /:(?:stream)?generateContent$/i.test(path),
  read(body, path) {
    const contents = (body.contents ?? []) as Content[]
    const parts = contents.at(-1)?.parts ?? []
    const result = parts.find(({ functionResponse }) => functionResponse !== undefined)
    const tools = ((body.tools ?? []) as { functionDeclarations?: Declaration[] }[]).flatMap(
      ({ functionDeclarations }) => functionDeclarations ?? [],
    )
    return {
      userTexts: contents.filter(({ role }) => role === 'user').flatMap((content) => textsOf(content.parts ?? [])),
      lastText: textsOf(parts).join('\n'),
      toolResult: result === undefined ? null : JSON.stringify(result.functionResponse),
      tools: tools.map(({ name, parameters, parametersJsonSchema }) => ({
        name,
        parameters: (parametersJsonSchema?.properties ?? parameters?.properties ?? {}) as Record<string, Json>,
      })),
      streams: path.includes(':stream'),
    }
  },
  stream: (reply) => [
    ...pieces(reply.text).map((text) => part({ text }, undefined)),
    part(reply.call === null ? { text: '' } : { functionCall: callOf(reply.call) }, 'STOP'),
  ],
  // Without tools it is asked which model suits, who speaks next and the like: one answer that fits all of them.
  whole: () => generated({ text: JSON.stringify(SIDE_ANSWER) }, 'STOP'),
  denials: {
    limited: denial(429, 'RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).'),
    broken: denial(
      400,
      'INVALID_ARGUMENT',
      'Please ensure that function call turn comes immediately after a user turn or after a function response turn.',
    ),
    overflow: denial(
      400,
      'INVALID_ARGUMENT',
      'The input token count (1212345) exceeds the maximum number of tokens allowed (1048576).',
    ),
  },
}

const SIDE_ANSWER = {
  reasoning: 'none',
  next_speaker: 'user',
  model_choice: 'pro',
  confidence: 1,
  complexity_score: 50,
  complexity_reasoning: 'none',
}

function generated(part: Json, finishReason: string | undefined): Json {
  return {
    candidates: [{ content: { role: 'model', parts: [part] }, finishReason, index: 0 }],
    usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 10, totalTokenCount: 110 },
    modelVersion: 'loopback',
  }
}

function part(part: Json, finishReason: string | undefined): Sent {
  return { data: generated(part, finishReason) }
}

function callOf({ id, name, input }: NonNullable<Reply['call']>): Json {
  return { id, name, args: input }
}

function textsOf(parts: readonly Part[]): string[] {
  return parts.flatMap(({ text }) => (text === undefined ? [] : [text]))
}
