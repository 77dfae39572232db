import { exportCommand } from './export-command.js'
import { runCommand } from './run-command.js'

await runCommand(exportCommand, { existing: true })
