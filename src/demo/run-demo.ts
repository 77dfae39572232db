import { DirectoryInUse } from '../machine/directory-lock.js'
import { DirectoryUnfit, directoryProblem } from '../machine/directory-unfit.js'
import { CODE_PATH } from '../server/access/browser-session.js'
import { readConfig } from '../server/settings/config.js'
import type { Config } from '../server/settings/config.js'
import { openLog } from '../server/observing/log.js'
import { stopOnSignals } from '../server/shutdown.js'
import { startProblem } from '../server/start-problem.js'
import { startServer } from '../server/start-server.js'
import { keepWatching } from './day/fleet.js'
import { databaseOf, NotADemo, openDemoDirectory, writeState } from './demo-directory.js'
import type { DemoState } from './demo-directory.js'
import { fillHistory } from './fill-history.js'
import { BUILD_WITH_NEW_ACCOUNT, machineOf } from './machines.js'
import type { DemoOptions } from './demo-command.js'
import { Person } from './people.js'

/** The duration of a step while somebody watches, in milliseconds. */
const PACE_MS = 1200

const DEMO_DIRECTORY = { name: 'directory', another: 'name another one with --directory' }

/** Runs until a signal stops it. @throws Error with a sentence for the operator. */
export async function runDemo({ port, directory, fresh }: DemoOptions): Promise<void> {
  let config: Config | null = null
  try {
    const state = await openDemoDirectory(directory, fresh)
    config = configOf(port, directory, state)
    if (!state.filled) {
      process.stdout.write('Creating a day of history. This takes a minute.\n')
      await fillHistory({ config, directory, state }, (what) => process.stdout.write(`  ${what}\n`))
      state.filled = true
      writeState(directory, state)
    }
    await keepGoing(config, directory, state)
  } catch (error) {
    if (error instanceof NotADemo || error instanceof DirectoryInUse || error instanceof DirectoryUnfit) {
      throw error
    }
    const { code = '' } = error as NodeJS.ErrnoException
    const problem = config === null ? directoryProblem(directory, code, DEMO_DIRECTORY) : startProblem(error, config)
    throw new Error(problem ?? `The demo could not start: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

/** Keeps the remaining machines running, so that their agents answer messages. The attic machine stays off. */
async function keepGoing(config: Config, directory: string, state: DemoState): Promise<void> {
  const log = openLog('warn')
  const server = await startServer(config, log)
  const origin = `http://127.0.0.1:${server.port}`
  const url = `${origin}/graphql`
  const machines = (['laptop', 'build'] as const).map((key) =>
    machineOf(key, state, { url, directory, paceMs: PACE_MS }),
  )
  const stop = async (): Promise<void> => {
    await Promise.all(machines.map((machine) => machine.stop()))
    await server.stop()
  }
  stopOnSignals(stop, log)
  const [laptop, build] = machines
  try {
    await Promise.all([laptop?.start(), build?.start(BUILD_WITH_NEW_ACCOUNT)])
  } catch (error) {
    // Otherwise the server and the other machine keep the process alive.
    await stop()
    throw error
  }
  const owner = new Person(url, state.adminToken)
  const watch = (await owner.agents()).get('Night watch')
  if (watch !== undefined && (await owner.isIdle(watch))) await keepWatching(owner, watch)
  process.stdout.write(
    [
      '',
      '  The demo is running.',
      '',
      `  Dashboard  ${origin}${server.code === null ? '/' : CODE_PATH + server.code}`,
      `  GraphiQL   ${url}, after the browser has opened the dashboard`,
      '',
      `  The address works once. To get another one: BATON_DATA_DIR=${databaseOf(directory)} npm run open`,
      '',
      '  Ctrl-C stops the demo.',
      '',
      '',
    ].join('\n'),
  )
}

function configOf(port: number, directory: string, { adminToken }: DemoState): Config {
  const read = readConfig({
    PORT: String(port),
    BATON_DATA_DIR: databaseOf(directory),
    BATON_ADMIN_TOKEN: adminToken,
  })
  if (!read.ok) throw new Error(read.problems.join(' '))
  return read.config
}
