import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { whole } from '../machine/command-line.js'

export interface DemoOptions {
  port: number
  /** Absolute. */
  directory: string
  /** Whether a day that was told before is thrown away. */
  fresh: boolean
}

export function demoCommand(run: (options: DemoOptions) => Promise<void>): Command {
  return new Command('demo')
    .description(
      'Starts a server on the embedded database, with a day of history and three simulated machines, for GraphiQL and the dashboard. The history is made at the first start and kept; nothing leaves the directory.',
    )
    .addOption(
      new Option('--port <number>', 'where the server listens on 127.0.0.1')
        .env('PORT')
        .default(4000)
        .argParser(whole(0, 65_535)),
    )
    .option('--directory <directory>', 'where the demo is kept', '.data/demo')
    .option('--fresh', 'throws the demo in the directory away, and makes a new one')
    .action(({ port, directory, fresh }: { port: number; directory: string; fresh?: boolean }) =>
      run({ port, directory: resolve(directory), fresh: fresh === true }),
    )
}
