import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { whole } from '../machine/command-line.js'

export interface DemoOptions {
  port: number
  /** Absolute. */
  directory: string
  /** Discards an existing demo. */
  fresh: boolean
}

export function demoCommand(run: (options: DemoOptions) => Promise<void>): Command {
  return new Command('demo')
    .description(
      'Starts a server with an embedded database, a day of history and three simulated machines, to try GraphiQL and the dashboard. The first start creates the history. All files stay in the directory.',
    )
    .addOption(
      new Option('--port <number>', 'the port on 127.0.0.1').env('PORT').default(4000).argParser(whole(0, 65_535)),
    )
    .option('--directory <directory>', 'the directory of the demo', '.data/demo')
    .option('--fresh', 'discards the demo in the directory and creates a new one')
    .action(({ port, directory, fresh }: { port: number; directory: string; fresh?: boolean }) =>
      run({ port, directory: resolve(directory), fresh: fresh === true }),
    )
}
