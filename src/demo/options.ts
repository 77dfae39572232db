import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export interface DemoOptions {
  port: number
  /** Absolute. */
  directory: string
  /** Whether a day that was told before is thrown away. */
  fresh: boolean
}

export const USAGE = `Usage: npm run demo [-- options]

Starts a server on the embedded database, with a day of history and three simulated machines, for GraphiQL and the
dashboard. The history is made at the first start and kept; nothing leaves the directory.

  --port N          where the server listens on 127.0.0.1 (default 4000)
  --directory DIR   where the demo is kept (default .data/demo)
  --fresh           throws the demo in DIR away, and makes a new one`

/** Throws an Error with one sentence for whoever typed it. */
export function readOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { port: { type: 'string' }, directory: { type: 'string' }, fresh: { type: 'boolean' } },
  })
  const port = values.port ?? '4000'
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Error('--port is a whole number from 0 to 65535.')
  return { port: Number(port), directory: resolve(values.directory ?? '.data/demo'), fresh: values.fresh === true }
}
