import type { Asked, Reply } from './asked.js'

export type Json = Record<string, unknown>

/** An event of the stream that a reply is sent as: its name, where the provider gives one, and its data. */
export interface Sent {
  event?: string
  data: unknown
}

/** How a provider's API says no. */
export interface Denial {
  status: number
  body: Json
}

/** One provider's API: how its requests are read, and how its answers look. */
export interface Dialect {
  /** Whether this is a path under which it is asked for a turn. */
  serves(path: string): boolean
  read(body: Json, path: string): Asked
  /** The reply as a stream; `n` is a number of its own. */
  stream(reply: Reply, n: number): Sent[]
  /** The reply in one piece, for requests that do not ask for a stream. */
  whole(reply: Reply, n: number): Json
  denials: Record<'limited' | 'broken' | 'overflow', Denial>
}

/** In small pieces, as a model speaks. */
export function pieces(text: string): string[] {
  return text.match(/[\s\S]{1,12}/g) ?? ['']
}
