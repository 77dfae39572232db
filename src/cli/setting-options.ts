import { Option } from 'commander'
import type { Command } from 'commander'
import { VARIABLES } from '../server/settings/variables.js'
import type { Settings } from '../server/settings/config.js'

type Name = keyof typeof VARIABLES

const ALL = Object.keys(VARIABLES) as Name[]
const OF_THE_DATABASE: readonly Name[] = ['DATABASE_URL', 'BATON_DATA_DIR']

/** The option of each setting: --port for PORT, --data-dir for BATON_DATA_DIR. */
const OPTIONS = new Map(
  ALL.map((name) => {
    const { about, expected, fallback } = VARIABLES[name]
    const byDefault = fallback === null || fallback.toString() === '' ? '' : `; by default ${fallback.toString()}`
    const flag = name
      .replace(/^BATON_/, '')
      .toLowerCase()
      .replaceAll('_', '-')
    return [name, new Option(`--${flag} <value>`, `${about} (${name}: ${expected}${byDefault})`)]
  }),
)

export function addSettings(command: Command, names: readonly Name[] = ALL): Command {
  for (const name of names) {
    const option = OPTIONS.get(name)
    if (option !== undefined) command.addOption(option)
  }
  return command
}

/** For commands that use sealed conversations. */
export function addArchiveSettings(command: Command): Command {
  return addSettings(command, [...OF_THE_DATABASE, 'BATON_ARCHIVE_DIR'])
}

/** For commands that use the database. */
export function addDatabaseSettings(command: Command): Command {
  return addSettings(command, OF_THE_DATABASE)
}

/** The settings of the command line. */
export function settingsOf(command: Command): Settings {
  const values = command.opts<Record<string, string>>()
  return Object.fromEntries(
    [...OPTIONS].flatMap(([name, option]) => {
      const value = values[option.attributeName()]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/** The options that are not settings, by name; a flag's value is ''. */
export function flagsOf(command: Command): Map<string, string> {
  const settings = new Set([...OPTIONS.values()].map((option) => option.attributeName()))
  return new Map(
    command.options.flatMap((option): [string, string][] => {
      const key = option.attributeName()
      const value = command.getOptionValue(key) as string | true | undefined
      return value === undefined || settings.has(key) ? [] : [[option.name(), value === true ? '' : value]]
    }),
  )
}
