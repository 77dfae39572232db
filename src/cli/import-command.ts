import { clockOf } from '../database/database-clock.js'
import { ImportRefused } from '../import/import-refused.js'
import type { ImportedConversation } from '../import/import-summary.js'
import { importWorkspace } from '../import/import-workspace.js'
import { conversationText, printable, summaryText } from '../import/report-text.js'
import { openSource } from '../import/source/open-source.js'
import type { Command } from './run-command.js'

/**
 * `baton import --from postgresql://... [--workspace SLUG] [--into ws_...] [--dry-run] [--json]`: imports a workspace
 * of a Multica database. It never writes to the source. Exit status 0: everything was imported; 1: the import failed.
 */
export async function importCommand(command: Command): Promise<number> {
  try {
    return await runImport(command)
  } catch (error) {
    if (!(error instanceof ImportRefused)) throw error
    const { code, field, message } = error
    if (command.flags.has('json')) command.terminal.line(JSON.stringify({ ok: false, code, field, message }))
    else process.stderr.write(`${printable(message)}\n`)
    return 1
  }
}

async function runImport({ database, terminal, flags }: Command): Promise<number> {
  const json = flags.has('json')
  const conversations: ImportedConversation[] = []
  const source = await openSource(readSourceUrl(flags.get('from')))
  try {
    const options = {
      slug: readOption(flags, 'workspace'),
      into: readOption(flags, 'into'),
      dryRun: flags.has('dry-run'),
    }
    const summary = await importWorkspace(source, database, await clockOf(database), options, {
      target({ id, secret }) {
        // Printed at once: the secret is stored nowhere, and the import may be interrupted.
        if (secret === null) return
        const line = `ADMIN token of the new workspace ${id}: ${secret}`
        if (json) process.stderr.write(`${line}\n`)
        else terminal.line(line)
      },
      conversation(conversation) {
        if (json) conversations.push(conversation)
        else if (conversation.status !== 'ALREADY' || conversation.newerRows + conversation.changedRows > 0) {
          terminal.line(conversationText(conversation))
        }
      },
      progress: (done, of) => terminal.progress(`${progressBar(done, of)} ${done} of ${of} conversations`),
    })
    terminal.clear()
    terminal.line(
      json ? JSON.stringify({ ok: true, ...summary, conversationReports: conversations }) : summaryText(summary),
    )
    return 0
  } finally {
    await source.close()
  }
}

function readSourceUrl(text: string | undefined): string {
  const protocol = text !== undefined && URL.canParse(text) ? new URL(text).protocol : ''
  if (text !== undefined && (protocol === 'postgresql:' || protocol === 'postgres:')) return text
  const message = '--from takes the address of the database to import: postgresql://user:password@host:port/database.'
  throw new ImportRefused('BAD_INPUT', 'from', message)
}

function readOption(flags: Command['flags'], name: 'workspace' | 'into'): string | null {
  const value = flags.get(name)
  if (value === undefined) return null
  if (value !== '') return value
  const what = name === 'workspace' ? "the slug of one of the source's workspaces" : 'the id of a workspace (ws_...)'
  throw new ImportRefused('BAD_INPUT', name, `--${name} takes ${what}.`)
}

function progressBar(done: number, of: number): string {
  const width = 20
  const filled = of === 0 ? width : Math.min(width, Math.floor((done / of) * width))
  return `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}]`
}
