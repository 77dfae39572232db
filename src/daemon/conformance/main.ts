import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'
import { splitCommand } from '../adapters/exec.js'
import { environmentDefaults } from '../config.js'
import { runChecks } from './run-checks.js'

const USAGE = `Usage: npm run conformance -- --url URL --token TOKEN [--restart COMMAND]

Plays a daemon with bad luck against a server, and prints which promises were kept. Exit status 1: one was not.

  --url URL          the GraphQL endpoint (or BATON_URL)
  --token TOKEN      a ROOT token (checks in a new workspace) or an ADMIN token (or BATON_TOKEN)
  --restart COMMAND  restarts the server and ends; without it, that check is skipped`

if (process.argv.slice(2).some((arg) => arg === '--help' || arg === '-h')) {
  process.stdout.write(`${USAGE}\n`)
  process.exit(0)
}
const defaults = environmentDefaults()
const options = { url: { type: 'string' }, token: { type: 'string' }, restart: { type: 'string' } } as const
try {
  const { values } = parseArgs({ options })
  const { url = defaults.url, token = defaults.token, restart } = values
  if (url === undefined || token === undefined) throw new Error(USAGE)
  const command = restart === undefined ? null : splitCommand(restart)
  process.stdout.write(`${row('check', 'result', 'seconds', '')}\n`)
  await runChecks(
    { url, token, restart: command && (() => runCommand(command)) },
    ({ check, result, seconds, note }) => {
      process.stdout.write(`${row(check, result, seconds.toFixed(1), note)}\n`)
      if (result === 'FAILED') process.exitCode = 1
    },
  )
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
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
