/** What one request to the model holds, in whichever provider's words it came. */
export interface Asked {
  /** The texts of all user messages, in order: what the model is shown of the conversation. */
  userTexts: string[]
  /** The text of the last message: where a test's directives are looked for. */
  lastText: string
  /** What the last message says a tool has answered; null where it is no tool's answer. */
  toolResult: string | null
  tools: Tool[]
  streams: boolean
}

export interface Tool {
  name: string
  parameters: Record<string, { type?: unknown }>
}

export interface ToolCall {
  id: string
  name: string
  input: Record<string, unknown>
}

export interface Reply {
  text: string
  call: ToolCall | null
}

/** `#AB12`: names one message of one conversation, wherever it turns up again. */
export function markersIn(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.match(/#[A-Z]+\d+/g) ?? [])
}

/** What a prompt quotes of earlier turns: each line of it is marked. */
const QUOTED = /^> .*$/gm

/** A request without what it quotes: that is told of others' messages, and asks for nothing. */
export function withoutQuotes(asked: Asked): Asked {
  const bare = (text: string) => text.replaceAll(QUOTED, '')
  return { ...asked, userTexts: asked.userTexts.map(bare), lastText: bare(asked.lastText) }
}

/** What the model is told in quotes: of which messages, and of the answers to which. */
export interface Told {
  messages: string[]
  answers: string[]
}

/** An answer ends with the message that it answers. */
export function toldIn({ userTexts }: Asked): Told {
  const quotes = userTexts.flatMap((text) => text.match(QUOTED) ?? [])
  const lastMarkers = (lines: readonly string[]) => lines.flatMap((line) => markersIn([line]).slice(-1))
  return {
    messages: lastMarkers(quotes.filter((line) => line.startsWith('> #'))),
    answers: lastMarkers(quotes.filter((line) => line.startsWith(`> ${ANSWERS}`))),
  }
}

/** `[[name:value]]` in a prompt asks the model for something; null where it does not. */
function directive(text: string, name: string): string | null {
  const found = new RegExp(`\\[\\[${name}(?::([\\s\\S]*?))?\\]\\]`).exec(text)
  return found === null ? null : (found[1] ?? '')
}

const SHELLS = ['Bash', 'bash', 'shell', 'exec_command', 'run_shell_command', 'shell_command', 'local_shell']

/** `[[bash:CMD]]` has the model call the shell tool of whichever CLI asks; with `[[background]]` it does not wait for it. */
export function wantedCall({ lastText, toolResult, tools }: Asked, id: string): ToolCall | null {
  const command = directive(lastText, 'bash')
  const shell = tools.find(({ name }) => SHELLS.includes(name))
  if (command === null || toolResult !== null || shell === undefined) return null
  const { parameters } = shell
  const input: Record<string, unknown> = {}
  if (parameters.cmd !== undefined) input.cmd = command
  else input.command = parameters.command?.type === 'array' ? ['bash', '-lc', command] : command
  if (parameters.description !== undefined) input.description = 'what the test asks for'
  if (parameters.run_in_background !== undefined && directive(lastText, 'background') !== null) {
    input.run_in_background = true
  }
  return { id, name: shell.name, input }
}

const ANSWERS = 'The model was shown'

/** The answer tells what the model was shown, which no daemon and no CLI can make up. */
export function answerTo(markers: readonly string[]): string {
  return `${ANSWERS} ${markers.length}: ${markers.join(' ')}`
}

const TEXT_TYPES: unknown[] = ['text', 'input_text', 'output_text']

/** Content that is a string, or blocks of which some are text. */
export function textsOf(content: unknown): string[] {
  if (typeof content === 'string') return [content]
  if (!Array.isArray(content)) return []
  return (content as Record<string, unknown>[])
    .filter(({ type }) => type === undefined || TEXT_TYPES.includes(type))
    .flatMap(({ text }) => (typeof text === 'string' ? [text] : []))
}
