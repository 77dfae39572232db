import { readFlags, runCommand, runWithoutDatabase } from './run-command.js'
import { verifyCommand, verifyFileCommand } from './verify-command.js'

const usage = `Usage:
  npm run verify [-- --json]
  npm run verify -- --file FILE [--json]`

await (readFlags().has('file')
  ? runWithoutDatabase(verifyFileCommand, { usage })
  : runCommand(verifyCommand, { usage, existing: true }))
