import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql'
import type { GraphQLArgument, GraphQLField, GraphQLInputType, GraphQLOutputType } from 'graphql'
import { newId } from '../../src/database/ids.js'
import { schema } from '../../src/graphql/schema.js'

export interface RootField {
  kind: 'query' | 'mutation'
  name: string
  field: GraphQLField<unknown, unknown>
}

export interface Call {
  document: string
  variables: Record<string, unknown>
}

export function rootFields(): RootField[] {
  const fieldsOf = (kind: RootField['kind']) =>
    Object.values((kind === 'query' ? schema.getQueryType() : schema.getMutationType())?.getFields() ?? {})
  return (['query', 'mutation'] as const).flatMap((kind) =>
    fieldsOf(kind).map((field) => ({ kind, name: field.name, field })),
  )
}

/** A call of the field with the least that its arguments take, or with these. */
export function callOf({ kind, name, field }: RootField, given: Record<string, unknown> = {}): Call {
  const used = field.args.filter((arg) => isNonNullType(arg.type) || arg.name in given)
  const variables = Object.fromEntries(used.map((arg) => [arg.name, given[arg.name] ?? sample(arg.type, arg.name)]))
  const list = (write: (arg: GraphQLArgument) => string): string =>
    used.length === 0 ? '' : `(${used.map(write).join(', ')})`
  const declared = list((arg) => `$${arg.name}: ${String(arg.type)}`)
  const passed = list((arg) => `${arg.name}: $${arg.name}`)
  return { document: `${kind} ${declared} { ${name}${passed} ${selection(field.type)} }`, variables }
}

/** Something that is valid there. Daemons are `daemon-1`; ids are well-formed and name nothing. */
export function sample(type: GraphQLInputType, name: string): unknown {
  const nullable = getNullableType(type)
  if (isListType(nullable)) return [sample(nullable.ofType, name)]
  if (isEnumType(nullable)) return nullable.getValues().at(-1)?.name
  if (isInputObjectType(nullable)) {
    const required = Object.values(nullable.getFields()).filter((field) => isNonNullType(field.type))
    return Object.fromEntries(required.map((field) => [field.name, sample(field.type, field.name)]))
  }
  if (name === 'daemonId') return 'daemon-1'
  switch (getNamedType(nullable).name) {
    case 'ID':
      return newId('task')
    case 'Int':
      return 1
    case 'Boolean':
      return true
    case 'DateTime':
      return '2026-02-01T00:00:00Z'
    case 'JSON':
      return { a: 1 }
    case 'Position':
      return '1'
    default:
      return 'some text'
  }
}

function selection(type: GraphQLOutputType): string {
  return isLeafType(getNamedType(type)) ? '' : '{ __typename }'
}
