import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
} from 'graphql'
import type { GraphQLArgument, GraphQLNamedType } from 'graphql'
import { expect, it } from 'vitest'
import { schema } from '../../src/graphql/schema.js'

const BUILT_IN = ['Boolean', 'Float', 'ID', 'Int', 'String']

interface Described {
  name: string
  description?: string | null
}

function* described(): Generator<Described> {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || BUILT_IN.includes(type.name)) continue
    yield type
    if (isEnumType(type)) for (const value of type.getValues()) yield inside(type.name, value)
    if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) yield inside(type.name, field)
    if (!isObjectType(type) && !isInterfaceType(type)) continue
    for (const field of Object.values(type.getFields())) {
      yield inside(type.name, field)
      for (const argument of field.args) yield inside(`${type.name}.${field.name}`, argument)
    }
  }
}

function inside(parent: string, { name, description }: Described): Described {
  return { name: `${parent}.${name}`, description }
}

it('every type, field, argument, enum value and input has a description', () => {
  const all = [...described()]
  expect(all.length).toBeGreaterThan(400)
  expect(all.filter(({ description }) => (description ?? '').trim() === '').map(({ name }) => name)).toEqual([])
})

it('the input of each mutation has the mutation’s name', () => {
  const fields = Object.values(schema.getMutationType()?.getFields() ?? {})
  const inputs = fields.flatMap(({ name, args }) => args.map((arg) => [name, arg.description, typeOf(arg).description]))
  expect(inputs.length).toBeGreaterThan(20)
  expect(inputs).toEqual(fields.map(({ name }) => [name, `Input for \`${name}\`.`, `Input for \`${name}\`.`]))
})

it('only inputs of mutations are described as such', () => {
  const ofMutations = Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap(({ args }) => args.map(typeOf))
  const others = Object.values(schema.getTypeMap()).filter((type) => !ofMutations.includes(type))
  expect(others.filter(({ description }) => description?.startsWith('Input for')).map(String)).toEqual([])
})

function typeOf({ type }: GraphQLArgument): GraphQLNamedType {
  return getNamedType(type)
}
