import { runCommand } from './run-command.js'
import { tokenCommand } from './token-command.js'
import { USAGE } from './token-options.js'

await runCommand(
  tokenCommand(process.argv.slice(2), (text) => process.stderr.write(`${text}\n`)),
  { usage: USAGE },
)
