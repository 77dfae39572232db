import type { ToolCallUpdate } from '@agentclientprotocol/sdk'
import { isRecord, text } from './child-process.js'
import type { PermissionRequest } from './permissions.js'

/** What is known of a tool call. Agents send it in pieces: first a name, later the command or file. */
export interface Tool {
  title: string
  kind: string | null
  command: string | null
  paths: string[]
  shown: boolean
  asked: boolean
}

type ToolUpdate = Omit<ToolCallUpdate, 'toolCallId'>

export function unknownTool(): Tool {
  return { title: '', kind: null, command: null, paths: [], shown: false, asked: false }
}

/** Adds an update to what is known. */
export function learn(tool: Tool, { title, kind, rawInput, locations, content }: ToolUpdate): void {
  tool.title = text(title) ?? tool.title
  tool.kind = text(kind) ?? tool.kind
  const input = isRecord(rawInput) ? rawInput : {}
  tool.command = commandOf(input.command ?? input.cmd) ?? tool.command
  const paths = [
    ...(locations ?? []).map(({ path }) => path),
    ...(content ?? []).flatMap((one) => (one.type === 'diff' ? [one.path] : [])),
    ...[input.file_path, input.filePath, input.path].filter((path) => typeof path === 'string'),
  ]
  if (paths.length > 0) tool.paths = [...new Set(paths)]
}

/** A tool call in one line: its name with its command or its files. */
export function lineOf({ title, kind, command, paths }: Tool): string {
  const what = command ?? paths.join(', ')
  if (title === '') return [kind ?? 'tool', what].filter((part) => part !== '').join(' ')
  return what === '' || title.includes(what) || paths.some((path) => title.includes(baseName(path)))
    ? title
    : `${title} ${what}`
}

/** Whether to show the call. A name alone is not shown, because more may follow. */
export function isTold({ command, paths }: Tool): boolean {
  return command !== null || paths.length > 0
}

export function askedOf({ kind, paths }: Tool): PermissionRequest {
  return { kind, paths }
}

/** A tool's answer as text; '' if it has none. */
export function answerOf({ content, rawOutput }: ToolUpdate): string {
  const said = (content ?? []).flatMap((one) =>
    one.type === 'content' && one.content.type === 'text' ? [one.content.text] : [],
  )
  if (said.length > 0) return said.join('\n')
  return text(rawOutput) ?? (isRecord(rawOutput) ? (text(rawOutput.output) ?? text(rawOutput.error) ?? '') : '')
}

function commandOf(value: unknown): string | null {
  if (!Array.isArray(value)) return text(value)
  // In ["/bin/bash", "-lc", "make test"] the last part is the command.
  const parts = value.map(String)
  return text(parts[1]?.startsWith('-') && parts.length === 3 ? parts[2] : parts.join(' '))
}

function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path
}
