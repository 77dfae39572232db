import type { Command } from 'commander'

/** Carries the command out. What it would print of a wrong command line is the message of the error it throws. */
export async function parsed(command: Command, args: readonly string[]): Promise<void> {
  let told = ''
  const quiet = (one: Command): void => {
    one.exitOverride().configureOutput({ writeErr: (text) => (told += text), writeOut: (text) => (told += text) })
    one.commands.forEach(quiet)
  }
  quiet(command.allowExcessArguments(false))
  try {
    await command.parseAsync(args, { from: 'user' })
  } catch (error) {
    throw told === '' ? error : new Error(told, { cause: error })
  }
}
