import { readFileSync } from 'node:fs'
import { CriticalityLevel, diff } from '@graphql-inspector/core'
import { buildSchema, lexicographicSortSchema, printSchema } from 'graphql'
import { describe, expect, it } from 'vitest'
import { schema } from '../../src/graphql/schema.js'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const printed = `${printSchema(lexicographicSortSchema(schema))}\n`

describe('the public contract', () => {
  it('is kept: every type, field, argument and nullability exists', async () => {
    const changes = await diff(buildSchema(read('contract.graphql')), schema)
    const broken = changes
      .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
      .map(({ message }) => message)
    expect(broken).toEqual([])
  })

  it('is reported as broken without one of its fields', async () => {
    const without = buildSchema(printed.replace('priorWorkDir: String', 'otherName: String'))
    const changes = await diff(buildSchema(read('contract.graphql')), without)
    expect(changes.map(({ message }) => message)).toContain(
      "Field 'priorWorkDir' was removed from object type 'TaskClaim'",
    )
  })

  it('is in schema.graphql as in the code', () => {
    expect(read('../../schema.graphql')).toBe(printed)
  })
})
