import { readProcessConfig, unknownProcessSettings } from './settings/config.js'
import type { Settings } from './settings/config.js'
import { openLog } from './observing/log.js'
import { stopOnSignals } from './shutdown.js'
import { startMessage } from './start-message.js'
import { startProblem } from './start-problem.js'
import { startServer } from './start-server.js'

/** Serves until a signal stops the process. `given` are the settings of the command line. */
export async function serve(given: Settings): Promise<void> {
  const read = readProcessConfig(given)
  if (!read.ok) giveUp(...read.problems)
  const { config } = read
  const log = openLog(config.logLevel)
  for (const warning of unknownProcessSettings()) log.warn(warning)
  try {
    const starting = startServer(config, log)
    // Signals are handled from the beginning: a first start takes seconds, and must not leave a half-created database.
    stopOnSignals(async () => (await starting).stop(), log)
    const server = await starting
    process.stdout.write(startMessage(config, server))
    log.info(
      { host: config.host, port: server.port, database: config.databaseUrl === null ? 'embedded' : 'postgres' },
      'Listening',
    )
  } catch (error) {
    const problem = startProblem(error, config)
    if (problem === null) log.fatal({ err: error }, 'Baton could not start')
    giveUp(problem ?? `Baton could not start: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Prints one line for each problem on stderr, and exits. */
function giveUp(...problems: string[]): never {
  for (const problem of problems) process.stderr.write(`${problem.replaceAll(/\s*\n\s*/g, ' ')}\n`)
  process.exit(1)
}
