/**
 * Who may import whom in src/, and with that the direction
 *
 *   session-pointer <- tasks <- event-log, claim-queue <- use-cases <- graphql <- server
 *
 * A folder that is not listed may not be there: whoever adds one says here what it may know.
 */
const MAY_IMPORT = {
  'agent-config': [],
  'session-pointer': [],
  tasks: ['session-pointer'],
  machine: [],
  database: ['generated', 'machine'],
  'event-log': ['session-pointer', 'tasks', 'database', 'generated', 'machine'],
  'claim-queue': ['session-pointer', 'tasks', 'database', 'generated'],
  'wake-ups': ['database'],
  'use-cases': ['session-pointer', 'tasks', 'event-log', 'claim-queue', 'wake-ups', 'database', 'generated'],
  import: ['agent-config', 'session-pointer', 'tasks', 'event-log', 'use-cases', 'database', 'generated'],
  graphql: ['agent-config', 'session-pointer', 'tasks', 'event-log', 'wake-ups', 'use-cases', 'database', 'generated'],
  server: [
    ...['session-pointer', 'tasks', 'event-log', 'claim-queue', 'wake-ups', 'use-cases', 'graphql', 'database'],
    ...['generated', 'machine'],
  ],
  cli: [
    ...['session-pointer', 'tasks', 'event-log', 'claim-queue', 'use-cases', 'graphql', 'server', 'database'],
    ...['agent-config', 'generated', 'daemon', 'demo', 'import', 'machine'],
  ],
  // Daemon and server share these rules: an agent's config, and the failure reasons.
  daemon: ['agent-config', 'machine', 'session-pointer'],
  demo: ['server', 'database', 'daemon', 'machine'],
  // Only code that does not need Node: the format of event streams.
  dashboard: ['machine'],
}

/** Written by tools, and not linted. */
const GENERATED = 'generated'

const PURE = ['session-pointer', 'tasks']
const GRAPHQL_ONLY = ['daemon', 'dashboard']
const SERVER_PACKAGES = '(?:pg|prisma|@prisma|@electric-sql|pglite-prisma-adapter|@pothos|graphql-yoga)(?:/|$)'

const UP = '(?:\\./)?(?:\\.\\./)+'

/** The folders of src/ that have rules. Throws if a folder has none. */
export function linted(foldersOfSource) {
  const undecided = foldersOfSource.find((folder) => folder !== GENERATED && !(folder in MAY_IMPORT))
  if (undecided !== undefined) throw new Error(`Say in .config/import-direction.js what src/${undecided} may import.`)
  return Object.keys(MAY_IMPORT)
}

/** The imports that files in src/`folder` may not have, as regular expressions over import paths. */
export function bannedImports(folder) {
  const allowed = [folder, ...MAY_IMPORT[folder]]
  const others = [GENERATED, ...Object.keys(MAY_IMPORT)].filter((other) => !allowed.includes(other))
  const bans = [
    {
      regex: `^${UP}(?:${others.join('|')})/`,
      message: `src/${folder} may not know this: .config/import-direction.js.`,
    },
    { regex: `^${UP}(?:test|\\.config)/`, message: 'Nothing that ships knows the tests or the tools.' },
  ]
  if (PURE.includes(folder)) {
    bans.push({ regex: '^(?!\\.{1,2}/)', message: `src/${folder} is pure: no packages and nothing of Node.` })
  }
  if (GRAPHQL_ONLY.includes(folder)) {
    bans.push({ regex: `^${SERVER_PACKAGES}`, message: `src/${folder} talks GraphQL only, as anybody's client would.` })
  }
  if (folder === 'cli') {
    bans.push({ regex: `^${UP}graphql/types/`, message: 'Ask the schema or a use case, not a GraphQL type.' })
  }
  return bans
}

/** Keeps the tests of the pure folders fast: no database, nothing else of src/. */
export const BANNED_IN_PURE_TESTS = [
  {
    regex: `^${UP}src/(?!(?:${PURE.join('|')})/)`,
    message: 'The tests of a pure folder need nothing but the pure folders.',
  },
  { regex: 'support/(?:test-database|database-|postgres-)', message: 'The tests of a pure folder need no database.' },
]

/** The same bans for `import('...')`, which no-restricted-imports does not check. */
export function asDynamicImports(bans) {
  return bans.map(({ regex, message }) => ({
    selector: `ImportExpression[source.value=/${regex.replaceAll('/', '\\u002F')}/]`,
    message,
  }))
}
