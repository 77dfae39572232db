import { exportCommand } from './export-command.js'
import { runCommand } from './run-command.js'

const USAGE = `Usage:
  npm run export -- --conversation chat_... [--out FILE]
  npm run export -- --all [--out FILE]`

await runCommand(exportCommand, { usage: USAGE, existing: true })
