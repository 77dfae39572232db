import { existsSync, readdirSync } from 'node:fs'
import { buildSchema, isEnumType } from 'graphql'
import { describe, expect, it } from 'vitest'
import { VARIABLES } from '../../src/server/settings/variables.js'
import { PAGES, PROJECT_ROOT, read } from '../support/docs-pages.js'

const schema = buildSchema(read('schema.graphql'))

/** What the schema calls by such names: codes, reasons, states, kinds. */
const OF_THE_SCHEMA = Object.values(schema.getTypeMap())
  .filter(isEnumType)
  .flatMap((type) => type.getValues().map(({ name }) => name))
/** What programs besides the server read, and what a daemon sets for what it starts. */
const OF_OTHERS = ['BATON_URL', 'BATON_TOKEN', 'BATON_RUN', 'BATON_DIR', 'BATON_CONVERSATION', 'BATON_METADATA']
const OF_TESTS = ['CHROMIUM_PATH', 'ABSURD_SQL']
const OF_THE_IMPORT = [...read('src/import/import-refused.ts').matchAll(/'([A-Z_]+)'/g)].flatMap(
  ([, code]) => code ?? [],
)

describe('README and docs', () => {
  it('list exactly the settings, with their defaults and the words of --help', () => {
    const rows = read('docs/operate.md').matchAll(/^\| `([A-Z_]+)` +\| ([^|]+?) +\| ([^|]+?) +\|/gm)
    const listed = new Map([...rows].map(([, name = '', standard = '', about = '']) => [name, { standard, about }]))
    expect([...listed.keys()].toSorted()).toEqual(Object.keys(VARIABLES).toSorted())
    for (const [name, { fallback, about }] of Object.entries(VARIABLES)) {
      const standard = typeof fallback === 'number' ? String(fallback) : ''
      expect([name, listed.get(name)]).toEqual([
        name,
        { standard: expect.stringContaining(standard) as string, about: expect.stringContaining(about) as string },
      ])
    }
  })

  it.each(PAGES)('%s names codes, reasons, states and settings that exist', (page) => {
    const known = new Set([...OF_THE_SCHEMA, ...Object.keys(VARIABLES), ...OF_OTHERS, ...OF_TESTS, ...OF_THE_IMPORT])
    const named = [...read(page).matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)`/g)].flatMap(([, name]) => name ?? [])
    expect(named.filter((name) => !known.has(name))).toEqual([])
  })

  it.each(PAGES)('%s names files that exist', (page) => {
    const named = [...read(page).matchAll(/(?<![\w./-])(?:src|test|prisma)\/[\w./-]*\w/g)].map(([path]) => path)
    expect(named.filter((path) => !existsSync(`${PROJECT_ROOT}${path}`))).toEqual([])
  })

  it('alerts use metrics that exist', () => {
    const source = readdirSync(`${PROJECT_ROOT}src/server/observing`)
      .map((name) => read(`src/server/observing/${name}`))
      .join('')
    const defined = new Set(source.match(/baton_[a-z_]+/g))
    const named = read('docs/operate.md').match(/baton_[a-z_]+/g) ?? []
    expect(named.length).toBeGreaterThan(4)
    expect(named.filter((name) => !defined.has(name.replace(/_bucket$/, '')))).toEqual([])
  })

  it('the schema says for each error code what to do', () => {
    const type = schema.getType('ErrorCode')
    const values = isEnumType(type) ? type.getValues() : []
    expect(values.length).toBeGreaterThan(10)
    for (const { name, description } of values) expect([name, (description ?? '').length > 20]).toEqual([name, true])
  })
})
