import { Command } from 'commander'
import { conformanceCommand } from '../daemon/conformance/conformance-command.js'
import { daemonCommand } from '../daemon/reference/options.js'
import { demoCommand } from '../demo/demo-command.js'
import { packageVersion, readBy } from '../machine/command-line.js'
import { webAddress } from '../machine/web-address.js'
import type { Command as Context } from './run-command.js'
import { addArchiveSettings, addDatabaseSettings, addSettings, flagsOf, settingsOf } from './setting-options.js'
import { tokenCommand } from './token-options.js'

/**
 * Every command of `baton`. A command's modules are loaded when it runs, so `baton verify` loads no server, and `baton
 * --help` almost nothing.
 */
export function batonProgram(): Command {
  const program = new Command('baton')
    .description('Hands tasks to daemons that run coding agents, and decides which provider session each may resume.')
    .version(packageVersion())
    // Commander takes an unknown command for an argument of the default command.
    .hook('preSubcommand', (_, { parent }) => {
      const [word = '-'] = parent?.args ?? []
      const isCommand = parent?.commands.some((command) => command.name() === word)
      if (!isCommand && !word.startsWith('-'))
        parent?.error(`error: unknown command '${word}'. baton --help lists them.`)
    })
  program.addCommand(serveCommand(), { isDefault: true })
  program.addCommand(
    daemonCommand('daemon', async (options) => {
      const { runDaemon } = await import('../daemon/reference/run-daemon.js')
      await runDaemon(options)
    }),
  )
  program.addCommand(openCommand())
  program.addCommand(
    demoCommand(async (options) => {
      const { runDemo } = await import('../demo/run-demo.js')
      await runDemo(options)
    }),
  )
  program.addCommand(
    tokenCommand(async (request, command) => {
      const { runCommand } = await import('./run-command.js')
      const { carryOutToken } = await import('./token-command.js')
      const note = (text: string): void => void process.stderr.write(`${text}\n`)
      const served = ', or use the Tokens page of its dashboard, or createToken and revokeToken of its API'
      const needs = { settings: settingsOf(command), existing: true, served }
      await runCommand(new Map(), needs, carryOutToken(request, note))
    }),
  )
  program.addCommand(doctorCommand())
  program.addCommand(backupCommand())
  program.addCommand(restoreCommand())
  program.addCommand(moveCommand())
  program.addCommand(verifyCommand())
  program.addCommand(exportCommand())
  program.addCommand(restoreConversationCommand())
  program.addCommand(simulateCommand())
  program.addCommand(importCommand())
  program.addCommand(conformanceCommand())
  return program
}

function serveCommand(): Command {
  return addSettings(new Command('serve'))
    .description(
      'Starts the server, as baton does without a command. Each option can also be set as an environment variable. Other users of the machine can see options, but not variables.',
    )
    .action(async (_: object, command: Command) => {
      const { serve } = await import('../server/serve.js')
      await serve(settingsOf(command))
    })
}

function openCommand(): Command {
  return addDatabaseSettings(new Command('open'))
    .description('Prints an address that signs one browser in with a ROOT token. It works once, within ten minutes.')
    .option(
      '--url <url>',
      "the server's address for browsers (default: from the settings)",
      readBy((text) => webAddress(text).href),
    )
    .action(async ({ url }: { url?: string }, command: Command) => {
      const { printAddress } = await import('./open-command.js')
      await printAddress(settingsOf(command), url)
    })
}

function doctorCommand(): Command {
  return addSettings(new Command('doctor'))
    .description('Checks the machine, the database and the server, and says what to do. Changes nothing.')
    .option('--json', 'prints JSON')
    .action(async ({ json }: { json?: true }, command: Command) => {
      const { terminalOf } = await import('./run-command.js')
      const { doctorCommand: run } = await import('./doctor-command.js')
      process.exitCode = await run(settingsOf(command), json === true, terminalOf(process.stdout))
    })
}

function backupCommand(): Command {
  return addArchiveSettings(new Command('backup'))
    .description(
      'Writes the embedded database into a file, even while a server has it open. For PostgreSQL, prints the commands to use.',
    )
    .argument('<file>', 'the file to write; an existing file is replaced at the end')
    .option('--json', 'prints JSON')
    .action(async (file: string, { json }: { json?: true }, command: Command) => {
      const { terminalOf } = await import('./run-command.js')
      const { backupCommand: run } = await import('./backup-command.js')
      await run(settingsOf(command), { file, json: json === true }, terminalOf(process.stdout))
    })
}

function restoreCommand(): Command {
  return addArchiveSettings(new Command('restore'))
    .description('Restores a data directory from a file of `baton backup`, and proves its log.')
    .argument('<file>', 'a file that `baton backup` wrote')
    .option('--replace', 'moves an existing database aside and keeps it')
    .option('--json', 'prints JSON')
    .action(async (file: string, { replace, json }: { replace?: true; json?: true }, command: Command) => {
      const { terminalOf } = await import('./run-command.js')
      const { restoreCommand: run } = await import('./restore-command.js')
      const wanted = { file, replace: replace === true, json: json === true }
      process.exitCode = await run(settingsOf(command), wanted, terminalOf(process.stdout))
    })
}

function moveCommand(): Command {
  return addSettings(new Command('move'), ['BATON_DATA_DIR', 'BATON_ARCHIVE_DIR'])
    .description('Copies the embedded database to PostgreSQL, and proves both. Stop its server first.')
    .requiredOption('--to <url>', 'postgresql://user:password@host:port/database, without rows of Baton')
    .option('--json', 'prints JSON')
    .action(async ({ to, json }: { to: string; json?: true }, command: Command) => {
      const { terminalOf } = await import('./run-command.js')
      const { moveCommand: run } = await import('./move-command.js')
      process.exitCode = await run(settingsOf(command), { to, json: json === true }, terminalOf(process.stdout))
    })
}

function verifyCommand(): Command {
  const command = new Command('verify')
    .description('Proves the whole log. Exit status 1: there are findings.')
    .option('--json', 'prints JSON')
    .option('--file <file>', 'proves a file of `baton export`, without a database')
  return addArchiveSettings(command).action(async ({ file }: { file?: string }) => {
    const { runCommand, runWithoutDatabase } = await import('./run-command.js')
    const verify = await import('./verify-command.js')
    if (file !== undefined) await runWithoutDatabase(flagsOf(command), verify.verifyFileCommand)
    else await runCommand(flagsOf(command), { settings: settingsOf(command), existing: true }, verify.verifyCommand)
  })
}

function exportCommand(): Command {
  const command = new Command('export')
    .description('Writes one conversation, or all, as JSON Lines for `baton verify --file`.')
    .option('--conversation <id>', 'chat_... or issue_...')
    .option('--all', 'every conversation')
    .option('--out <file>', 'the file to write (default: standard output)')
  return onExisting(
    addSettings(command, ['BATON_ARCHIVE_DIR']),
    async () => (await import('./export-command.js')).exportCommand,
  )
}

function restoreConversationCommand(): Command {
  const command = new Command('restore-conversation')
    .description('Restores a conversation that retention has sealed, from its files in the archive directory.')
    .argument('<conversation>', 'chat_... or issue_..., or the path of its .events.jsonl.gz')
    .option('--json', 'prints JSON')
  return addArchiveSettings(command).action(async (conversation: string) => {
    const { runCommand } = await import('./run-command.js')
    const { restoreConversationCommand: run } = await import('./restore-conversation-command.js')
    const context = { settings: settingsOf(command), existing: true }
    await runCommand(flagsOf(command), context, (given) => run(given, conversation))
  })
}

function simulateCommand(): Command {
  const command = new Command('simulate')
    .description('Shows how many recorded decisions another resume policy would change. Writes nothing.')
    .option('--policy <json>', `such as '{"scope":"NEWEST_ON_RUNTIME"}'; missing fields have their defaults`)
    .option('--since <time>', 'only claims since this time, such as 2026-11-01')
    .option('--json', 'prints JSON')
  return onExisting(command, async () => (await import('./simulate-command.js')).simulateCommand)
}

function importCommand(): Command {
  const command = new Command('import')
    .description('Imports a workspace of a Multica database. Never writes to the source.')
    .option('--from <url>', "the source's postgresql://user:password@host:port/database")
    .option('--workspace <slug>', "the source's workspace, if it has several")
    .option('--into <id>', 'an existing workspace, ws_... (default: a new one)')
    .option('--dry-run', 'reads and reports, but writes nothing')
    .option('--json', 'prints JSON')
  return addDatabaseSettings(command).action(async () => {
    const { runCommand } = await import('./run-command.js')
    const { importCommand: run } = await import('./import-command.js')
    await runCommand(flagsOf(command), { settings: settingsOf(command) }, run)
  })
}

/** A command that reads an existing database. */
function onExisting(command: Command, load: () => Promise<(context: Context) => Promise<number>>): Command {
  return addDatabaseSettings(command).action(async () => {
    const { runCommand } = await import('./run-command.js')
    await runCommand(flagsOf(command), { settings: settingsOf(command), existing: true }, await load())
  })
}
