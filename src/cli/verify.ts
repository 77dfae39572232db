import { readFlags, runCommand, runWithoutDatabase } from './run-command.js'
import { verifyCommand, verifyFileCommand } from './verify-command.js'

await (readFlags().has('file') ? runWithoutDatabase(verifyFileCommand) : runCommand(verifyCommand, { existing: true }))
