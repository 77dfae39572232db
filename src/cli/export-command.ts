import { once } from 'node:events'
import { exportLog } from '../event-log/export/export-log.js'
import { wholeFile } from '../machine/whole-file.js'
import type { Command } from './run-command.js'

const USAGE = `Say what to export: --conversation chat_... (or issue_...), or --all. --out takes the file to write.`

/**
 * `baton export --conversation ID | --all [--out FILE]`: writes conversations as JSON Lines, for `baton verify --file`,
 * to standard output or to a file. The file is written completely or not at all, and only its owner can read it.
 *
 * @throws Error about invalid options, or if there is no such conversation.
 */
export async function exportCommand({ database, archive, terminal, flags }: Command): Promise<number> {
  const only = readConversation(flags)
  const out = flags.get('out')
  if (out === '') throw new Error(USAGE)
  const exported = async (write: (line: string) => Promise<void> | void): Promise<number> => {
    const conversations = await exportLog(database, only, write, archive)
    if (only !== null && conversations === 0) throw new Error(`There is no conversation ${only}.`)
    return conversations
  }
  if (out === undefined) {
    await exported((line) => terminal.line(line))
    return 0
  }
  const conversations = await wholeFile(out, (file) =>
    exported(async (line) => {
      if (!file.write(`${line}\n`)) await once(file, 'drain')
    }),
  )
  terminal.line(`${conversations} conversations exported to ${out}.`)
  return 0
}

function readConversation(flags: Command['flags']): string | null {
  const conversation = flags.get('conversation')
  if (flags.has('all') === (conversation !== undefined) || conversation === '') throw new Error(USAGE)
  return conversation ?? null
}
