import type { StandardSchemaV1 } from '@pothos/plugin-validation'
import { getNullableType, isInputObjectType, isListType } from 'graphql'
import type { GraphQLArgument, GraphQLInputField, GraphQLInputType } from 'graphql'
import type { FieldProblem } from '../use-cases/outcome.js'

type Input = GraphQLArgument | GraphQLInputField

/** The rules that an argument or input field was declared with. */
export function rulesOf({ extensions }: Input): readonly StandardSchemaV1[] {
  const { schemas } = (extensions['@pothos/plugin-validation'] ?? {}) as { schemas?: StandardSchemaV1[] }
  return schemas ?? []
}

/** Everything that is wrong with these arguments, by the rules that they and the fields in them were declared with. */
export function inputProblems(
  inputs: readonly Input[],
  values: Readonly<Record<string, unknown>>,
  parent: readonly string[] = [],
): FieldProblem[] {
  return inputs.flatMap((input) => {
    const { name, type } = input
    const value = values[name]
    if (value == null) return []
    const path = [...parent, name]
    return [...rulesOf(input).flatMap((rule) => problemsWith(rule, value, path)), ...problemsInside(type, value, path)]
  })
}

function problemsWith(rule: StandardSchemaV1, value: unknown, path: readonly string[]): FieldProblem[] {
  const result = rule['~standard'].validate(value)
  if (result instanceof Promise) throw new Error(`The rule of ${path.join('.')} must not be asynchronous.`)
  return (result.issues ?? []).map((issue) => ({ path: pathOf(path, issue), message: issue.message }))
}

function problemsInside(type: GraphQLInputType, value: unknown, path: readonly string[]): FieldProblem[] {
  const nullable = getNullableType(type)
  if (isListType(nullable)) {
    const items = Array.isArray(value) ? (value as unknown[]) : []
    return items.flatMap((item, index) => problemsInside(nullable.ofType, item, [...path, String(index)]))
  }
  if (!isInputObjectType(nullable) || value == null) return []
  return inputProblems(Object.values(nullable.getFields()), value as Record<string, unknown>, path)
}

/** Where a rule found its issue, as `input.entries.1.seq`. */
export function pathOf(parent: readonly string[], { path = [] }: StandardSchemaV1.Issue): string {
  return [...parent, ...path.map((part) => String(typeof part === 'object' ? part.key : part))].join('.')
}
