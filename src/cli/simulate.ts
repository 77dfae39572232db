import { runCommand } from './run-command.js'
import { simulateCommand } from './simulate-command.js'

await runCommand(simulateCommand, { existing: true })
