import { z } from 'zod'
import type { ConversationHead } from '../conversation-head.js'
import type { StoredEvent } from '../stored-event.js'

const FORMAT = 'baton-conversation'
/** Raise it with every change that an older reader would misread. */
const FORMAT_VERSION = 1

/** The first line of a conversation: it identifies the stream and holds the conversation's row as of the export. */
export interface ExportHeader extends Omit<ConversationHead, 'id'> {
  workspaceId: string
  conversationId: string
}

const time = z.iso.datetime().transform((text) => new Date(text))

const Header = z.strictObject({
  format: z.literal(FORMAT),
  formatVersion: z.literal(FORMAT_VERSION, { error: `this version reads format version ${FORMAT_VERSION}` }),
  workspaceId: z.string(),
  conversationId: z.string(),
  kind: z.string(),
  agentId: z.string(),
  issueKey: z.string().nullable(),
  version: z.int(),
  digest: z.string(),
  foldVersion: z.int(),
  state: z.record(z.string(), z.json()),
  erasedAt: time.nullable(),
  erasedVersion: z.int().nullable(),
})

/** An event as stored, in the schema version in which it was written. Its workspace and conversation are in the header. */
const Event = z.strictObject({
  position: z.string().regex(/^[1-9]\d{0,18}$/, { error: 'expected a position: a whole number as text' }),
  version: z.int().min(1),
  id: z.string(),
  type: z.string(),
  schemaVersion: z.int(),
  taskId: z.string().nullable(),
  runtimeId: z.string().nullable(),
  actor: z.string(),
  occurredAt: time,
  data: z.json(),
  digest: z.string(),
})

export function headerLine(workspaceId: string, { id: conversationId, ...head }: ConversationHead): string {
  return JSON.stringify({ format: FORMAT, formatVersion: FORMAT_VERSION, workspaceId, conversationId, ...head })
}

export function eventLine({ workspaceId: _w, conversationId: _c, ...event }: StoredEvent): string {
  return JSON.stringify(event)
}

export type ExportLine =
  | { header: ExportHeader }
  | { event: Omit<StoredEvent, 'workspaceId' | 'conversationId'> }
  /** A sentence that says what is wrong with the line. */
  | { problem: string }

/** The parsed line of an export file. */
export function readLine(text: string): ExportLine {
  const value = jsonOf(text)
  if (value === undefined) return { problem: 'not JSON' }
  if (isHeader(value)) {
    const header = Header.safeParse(value)
    if (!header.success) return { problem: sentence(header.error) }
    const { format: _f, formatVersion: _v, ...said } = header.data
    return { header: said }
  }
  const event = Event.safeParse(value)
  return event.success ? { event: event.data } : { problem: sentence(event.error) }
}

function isHeader(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'format' in value
}

/** undefined if the text is not JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function sentence({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`)).join('; ')
}
