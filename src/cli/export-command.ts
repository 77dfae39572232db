import { once } from 'node:events'
import { createWriteStream, renameSync, rmSync } from 'node:fs'
import { finished } from 'node:stream/promises'
import { exportLog } from '../event-log/export/export-log.js'
import type { Command } from './run-command.js'

const USAGE = `Say what to export: --conversation chat_... (or issue_...), or --all. --out takes the file to write.`

/**
 * `baton export --conversation ID | --all [--out FILE]`: conversations as JSON Lines, for `baton verify --file`.
 * Without --out they go to standard output. A file is there whole or not at all, for its owner alone.
 *
 * @throws Error that says what the options take, or that there is no such conversation.
 */
export async function exportCommand({ database, terminal, flags }: Command): Promise<number> {
  const only = readConversation(flags)
  const out = flags.get('out')
  if (out === '') throw new Error(USAGE)
  const exported = async (write: (line: string) => Promise<void> | void): Promise<number> => {
    const conversations = await exportLog(database, only, write)
    if (only !== null && conversations === 0) throw new Error(`There is no conversation ${only}.`)
    return conversations
  }
  if (out === undefined) {
    await exported((line) => terminal.line(line))
    return 0
  }
  const conversations = await wholeFile(out, exported)
  terminal.line(`${conversations} conversations exported to ${out}.`)
  return 0
}

function readConversation(flags: Command['flags']): string | null {
  const conversation = flags.get('conversation')
  if (flags.has('all') === (conversation !== undefined) || conversation === '') throw new Error(USAGE)
  return conversation ?? null
}

async function wholeFile<T>(path: string, fill: (write: (line: string) => Promise<void>) => Promise<T>): Promise<T> {
  const unfinished = `${path}.${process.pid}`
  const file = createWriteStream(unfinished, { mode: 0o600 })
  // Whatever the disk says is thrown where the file is waited for.
  const done = finished(file)
  done.catch(() => undefined)
  try {
    const filled = await fill(async (line) => {
      if (!file.write(`${line}\n`)) await Promise.race([once(file, 'drain'), done])
    })
    file.end()
    await done
    renameSync(unfinished, path)
    return filled
  } catch (error) {
    file.destroy()
    rmSync(unfinished, { force: true })
    throw error
  }
}
