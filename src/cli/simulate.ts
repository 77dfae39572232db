import { runCommand } from './run-command.js'
import { simulateCommand } from './simulate-command.js'

const USAGE = `Usage:
  npm run simulate -- --policy '{"scope":"NEWEST_ON_RUNTIME"}' [--since 2026-11-01] [--json]`

await runCommand(simulateCommand, { usage: USAGE, existing: true })
