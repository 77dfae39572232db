import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import js from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'
import { asDynamicImports, BANNED_IN_PURE_TESTS, bannedImports, linted } from './import-direction.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const foldersOfSource = readdirSync(`${root}src`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)

/** The only files that may read the environment, and the only ones that may read the time or create ids. */
const READS_ENVIRONMENT = { server: ['settings/config.ts'], daemon: ['config.ts'], cli: ['config.ts'] }
const CLOCK_AND_IDS = {
  database: ['clock.ts', 'ids.ts'],
  daemon: ['clock.ts', 'ids.ts'],
  dashboard: ['clock.ts', 'ids.ts'],
}

/** The only file that may open connections to PostgreSQL, and its pool. */
const CONNECTS = { database: ['session.ts', 'shared-pool.ts'] }

const NO_CONNECTION = 'Connect through src/database/session.ts, which sets what every session must be.'
const NO_ENVIRONMENT = 'Take settings as arguments: only a config.ts reads the environment.'
const NO_CLOCK = 'Take the time as an argument, or from a Clock (src/database/clock.ts).'
const NO_RANDOMNESS = 'Take ids and randomness as arguments: they are made in src/database/ids.ts.'
const NAMED_EXPORT = 'Export by name, so that the name can be searched for.'
const EVERY_TEST_RUNS = 'Every test runs. What needs a PostgreSQL server goes into describePostgres (test/support).'
const ONE_LINE_READER = 'readline also ends lines inside of JSON strings: read lines with src/machine/lines.ts.'
const PURE = 'This folder is pure: no I/O, no clock, no randomness.'

const namedExports = [
  { selector: 'ExportDefaultDeclaration', message: NAMED_EXPORT },
  { selector: 'ExportSpecifier[exported.name="default"]', message: NAMED_EXPORT },
]

const PARTIAL = '/^(only|skip|skipIf|runIf|todo|fails)$/'
const noSteering = {
  selector: 'ObjectExpression > SpreadElement > ObjectExpression',
  message: 'Write the properties themselves: a spread of a literal only steers the formatter.',
}
const everyTestRuns = [
  { selector: `MemberExpression[property.name=${PARTIAL}]`, message: EVERY_TEST_RUNS },
  { selector: `MemberExpression[property.value=${PARTIAL}]`, message: EVERY_TEST_RUNS },
  {
    selector: `CallExpression[callee.name=/^(describe|suite|it|test)$/] > ObjectExpression > Property[key.name=${PARTIAL}]`,
    message: EVERY_TEST_RUNS,
  },
]

/** Globals that a file can use without an import. */
const impureGlobals = [
  ...['process', 'console', 'performance', 'crypto', 'fetch', 'Buffer', 'globalThis', 'global'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
].map((name) => ({ name, message: PURE }))

const files = (...globs) => ({ files: globs })
const imports = (paths, patterns) => ({ 'no-restricted-imports': ['error', { paths, patterns }] })
const syntax = (...bans) => ({ 'no-restricted-syntax': ['error', ...bans.flat()] })
const ofNode = (name, importNames, message) => [`node:${name}`, name].map((name) => ({ name, importNames, message }))
const properties = (...bans) => ({ 'no-restricted-properties': ['error', ...bans.flat()] })

/** If a rule is configured twice, ESLint uses only the later configuration, so all rules of a file are combined here. */
function sourceRules(folder, { environment = false, clockAndIds = false, connects = false } = {}) {
  const bans = bannedImports(folder)
  return {
    ...imports(
      [
        ...(environment ? [] : ofNode('process', ['env', 'default'], NO_ENVIRONMENT)),
        ...ofNode('readline', ['createInterface', 'Interface', 'default'], ONE_LINE_READER),
        ...ofNode('readline/promises', ['createInterface', 'default'], ONE_LINE_READER),
        ...(clockAndIds ? [] : ofNode('crypto', ['randomUUID', 'getRandomValues', 'webcrypto'], NO_RANDOMNESS)),
      ],
      bans,
    ),
    ...properties(
      environment ? [] : [{ object: 'process', property: 'env', message: NO_ENVIRONMENT }],
      clockAndIds
        ? []
        : [
            { object: 'Date', property: 'now', message: NO_CLOCK },
            { object: 'Math', property: 'random', message: NO_RANDOMNESS },
            { property: 'randomUUID', message: NO_RANDOMNESS },
            { property: 'getRandomValues', message: NO_RANDOMNESS },
          ],
    ),
    ...syntax(
      namedExports,
      asDynamicImports(bans),
      noSteering,
      {
        selector: 'MemberExpression[object.name="globalThis"][property.name=/^(process|Date|Math|crypto)$/]',
        message: 'By its own name, where the rules about time, ids and the environment can see it.',
      },
      connects
        ? []
        : [
            {
              selector:
                'ImportDeclaration[source.value="pg"][importKind!="type"] :matches(ImportDefaultSpecifier, ImportNamespaceSpecifier, ImportSpecifier[imported.name=/^(Client|Pool)$/])',
              message: NO_CONNECTION,
            },
          ],
      clockAndIds
        ? []
        : [
            { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: NO_CLOCK },
            { selector: 'CallExpression[callee.name="Date"]', message: NO_CLOCK },
          ],
    ),
  }
}

const sourceFolders = linted(foldersOfSource).flatMap((folder) => {
  const inFolder = (names) => names.map((name) => `src/${folder}/${name}`)
  return [
    { ...files(`src/${folder}/**/*.{ts,tsx}`), rules: sourceRules(folder) },
    ...inFolder(READS_ENVIRONMENT[folder] ?? []).map((file) => ({
      ...files(file),
      rules: sourceRules(folder, { environment: true }),
    })),
    ...inFolder(CONNECTS[folder] ?? []).map((file) => ({
      ...files(file),
      rules: sourceRules(folder, { connects: true }),
    })),
    ...inFolder(CLOCK_AND_IDS[folder] ?? []).map((file) => ({
      ...files(file),
      rules: sourceRules(folder, { clockAndIds: true }),
    })),
  ]
})

const unwelcome = (message, ...globs) => ({ ...files(...globs), rules: syntax({ selector: 'Program', message }) })

export default defineConfig(
  globalIgnores(['dist/', 'src/generated/', 'src/**/operation-types.ts', 'coverage/', '.data/', '.cache/']),
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  { ...files('**/*.js'), languageOptions: { globals: { URL: 'readonly', process: 'readonly', console: 'readonly' } } },
  {
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: false, skipComments: false }],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'], location: 'anywhere' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    ...files('**/*.{ts,tsx}'),
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    rules: {
      // A Prisma query runs when it is awaited. A forgotten one, or one discarded by `void`, writes nothing.
      '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true, ignoreVoid: false }],
      '@typescript-eslint/no-misused-promises': 'error',
      // Returned without await, a rejection bypasses the surrounding catch or finally.
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      // An async function without an await still turns a throw into a rejection, and its callers may rely on that.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
      // Pothos plugins declare their types in a namespace, which holds no code.
      '@typescript-eslint/no-namespace': ['error', { allowDeclarations: true }],
      // A type written as `import('...').Name` would bypass the import directions.
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
    },
  },
  ...sourceFolders,
  // The fold reads best in one piece.
  { ...files('src/session-pointer/fold.ts'), rules: { 'max-lines': ['error', 300] } },
  { ...files('src/{session-pointer,tasks}/**'), rules: { 'no-restricted-globals': ['error', ...impureGlobals] } },
  { ...files('test/**/*.ts'), rules: syntax(namedExports, noSteering, everyTestRuns) },
  { ...files('test/{session-pointer,tasks}/**/*.ts'), rules: imports([], BANNED_IN_PURE_TESTS) },
  // vitest accepts a global setup as default or named export. Only describePostgres may skip tests.
  { ...files('test/support/**/*.ts'), rules: syntax(namedExports, noSteering) },
  unwelcome('No barrels: import from the file that defines the name.', '{src,test}/**/index.{ts,tsx}'),
  unwelcome('Name the folder for what its files do.', '{src,test}/**/{utils,common,helpers}/**'),
  unwelcome('Put it into a folder: the folders are what the import directions are about.', 'src/*.{ts,tsx}'),
)
