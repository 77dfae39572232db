import { readProcessConfig, unknownProcessSettings } from './settings/config.js'
import type { Settings } from './settings/config.js'
import { openLog } from './observing/log.js'
import { stopOnSignals } from './shutdown.js'
import { startMessage } from './start-message.js'
import { startProblem } from './start-problem.js'
import { startServer } from './start-server.js'

/** Serves until it is told to stop by a signal. `given`: the settings of the command line. */
export async function serve(given: Settings): Promise<void> {
  const read = readProcessConfig(given)
  if (!read.ok) giveUp(...read.problems)
  const { config } = read
  const log = openLog(config.logLevel)
  for (const told of unknownProcessSettings()) log.warn(told)
  try {
    const starting = startServer(config, log)
    // From the first moment: a first start takes seconds, and a database should not be left half made.
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

/** One line for each problem, on stderr. */
function giveUp(...problems: string[]): never {
  for (const problem of problems) process.stderr.write(`${problem.replaceAll(/\s*\n\s*/g, ' ')}\n`)
  process.exit(1)
}
