import type { StandardSchemaV1 } from '@pothos/plugin-validation'
import { getNamedType, getNullableType, isInputObjectType, isListType } from 'graphql'
import type { GraphQLArgument, GraphQLInputField, GraphQLInputObjectType, GraphQLInputType } from 'graphql'
import type { FieldProblem } from '../use-cases/outcome.js'

type Input = GraphQLArgument | GraphQLInputField

interface Declared {
  schemas?: readonly StandardSchemaV1[]
  /** Rules for all arguments of a field together. */
  parentSchemas?: readonly StandardSchemaV1[]
}

const NONE: readonly StandardSchemaV1[] = []
const NOTHING: Declared = {}

/** What Pothos' validation keeps of an input or a type. */
function declaredFor({ extensions }: Pick<Input | GraphQLInputObjectType, 'extensions'>): Declared {
  return (extensions['@pothos/plugin-validation'] as Declared | undefined) ?? NOTHING
}

/** The rules that an argument or input field was declared with. */
export function rulesOf({ extensions }: Input): readonly StandardSchemaV1[] {
  return declaredFor({ extensions }).schemas ?? NONE
}

/** Where an input is: made into a text only where something is wrong. */
interface Place {
  within: Place | null
  key: string | number
}

/** Everything that is wrong with these arguments, by the rules that they and the fields in them were declared with. */
export function inputProblems(inputs: readonly Input[], values: Readonly<Record<string, unknown>>): FieldProblem[] {
  const problems: FieldProblem[] = []
  for (const input of inputs) collect(problems, input, values, null)
  return problems
}

function collect(
  problems: FieldProblem[],
  input: Input,
  values: Readonly<Record<string, unknown>>,
  within: Place | null,
): void {
  const value = values[input.name]
  if (value == null) return
  const place = { within, key: input.name }
  for (const rule of rulesOf(input)) {
    const result = rule['~standard'].validate(value)
    if (result instanceof Promise) throw new Error(`The rule of ${partsOf(place).join('.')} must not be asynchronous.`)
    for (const issue of result.issues ?? []) {
      problems.push({ path: pathOf(partsOf(place), issue), message: issue.message })
    }
  }
  collectInside(problems, input.type, value, place)
}

function collectInside(problems: FieldProblem[], type: GraphQLInputType, value: unknown, place: Place): void {
  const nullable = getNullableType(type)
  if (isListType(nullable)) {
    if (!isInputObjectType(getNamedType(nullable)) || !Array.isArray(value)) return
    for (const [index, item] of (value as unknown[]).entries()) {
      collectInside(problems, nullable.ofType, item, { within: place, key: index })
    }
  } else if (isInputObjectType(nullable) && value != null) {
    const fields = nullable.getFields()
    for (const name in fields) {
      const field = fields[name]
      if (field !== undefined) collect(problems, field, value as Record<string, unknown>, place)
    }
  }
}

function partsOf(place: Place | null): string[] {
  return place === null ? [] : [...partsOf(place.within), String(place.key)]
}

/**
 * Whether these inputs have rules, and inputProblems finds all that Pothos' validation would: none is a rule for a whole
 * type or for all arguments together.
 */
export function hasItsOwnRulesOnly(inputs: readonly Input[]): boolean {
  const seen = new Set<GraphQLInputType>()
  let some = false
  const own = (input: Input): boolean => {
    some ||= rulesOf(input).length > 0
    const type = getNamedType(input.type)
    if ('parentSchemas' in declaredFor(input)) return false
    if (!isInputObjectType(type) || seen.has(type)) return true
    seen.add(type)
    return !('schemas' in declaredFor(type)) && Object.values(type.getFields()).every(own)
  }
  return inputs.every(own) && some
}

/** Where a rule found its issue, as `input.entries.1.seq`. */
export function pathOf(parent: readonly string[], { path = [] }: StandardSchemaV1.Issue): string {
  return [...parent, ...path.map((part) => String(typeof part === 'object' ? part.key : part))].join('.')
}
