import { importCommand } from './import-command.js'
import { runCommand } from './run-command.js'

const USAGE = `Usage:
  npm run import -- --from postgresql://... [--workspace SLUG] [--into ws_...] [--dry-run] [--json]`

await runCommand(importCommand, { usage: USAGE })
