import { runCommand } from './run-command.js'
import { verifyCommand } from './verify-command.js'

await runCommand(verifyCommand)
