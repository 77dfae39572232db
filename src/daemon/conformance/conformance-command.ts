import { spawn } from 'node:child_process'
import { Command, Option } from 'commander'
import { notBlank, readBy } from '../../machine/command-line.js'
import { splitCommand } from '../adapters/exec.js'
import { runChecks } from './run-checks.js'

export function conformanceCommand(): Command {
  return new Command('conformance')
    .description('Simulates daemons with faults against a server, and prints which guarantees the server keeps.')
    .addOption(
      new Option('--url <url>', 'the GraphQL endpoint').env('BATON_URL').makeOptionMandatory().argParser(notBlank),
    )
    .addOption(
      new Option('--token <token>', 'a ROOT token (checks in a new workspace) or an ADMIN token')
        .env('BATON_TOKEN')
        .makeOptionMandatory()
        .argParser(notBlank),
    )
    .option(
      '--restart <command>',
      'a command that restarts the server and exits; without it, the restart check is skipped',
      readBy(splitCommand),
    )
    .addHelpText('after', '\nExit status 1: a check failed.')
    .action(check)
}

async function check({ url, token, restart }: { url: string; token: string; restart?: [string, ...string[]] }) {
  process.stdout.write(`${row('check', 'result', 'seconds', '')}\n`)
  await runChecks(
    { url, token, restart: restart === undefined ? null : () => runCommand(restart) },
    ({ check: name, result, seconds, note }) => {
      process.stdout.write(`${row(name, result, seconds.toFixed(1), note)}\n`)
      if (result === 'FAILED') process.exitCode = 1
    },
  )
}

function row(check: string, result: string, seconds: string, note: string): string {
  return `${check.padEnd(36)}${result.padEnd(9)}${seconds.padStart(7)}  ${note}`.trimEnd()
}

async function runCommand([program, ...args]: readonly [string, ...string[]]): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`The restart command ended with status ${code ?? 'unknown'}.`)
}
