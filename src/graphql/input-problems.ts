import type { StandardSchemaV1 } from '@pothos/plugin-validation'
import { getNamedType, isInputObjectType } from 'graphql'
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

/** An input as it is checked. What GraphQL's types say of it is looked up once: their look-ups cost more than the rules. */
interface Check {
  name: string
  rules: readonly StandardSchemaV1[]
  /** What its value holds, or the items of it. */
  type: GraphQLInputObjectType | null
}

function checkOf(input: Input): Check {
  const type = getNamedType(input.type)
  return { name: input.name, rules: rulesOf(input), type: isInputObjectType(type) ? type : null }
}

const checksOfArguments = new WeakMap<readonly Input[], readonly Check[]>()
const checksOfType = new WeakMap<GraphQLInputObjectType, readonly Check[]>()

function made<K extends object>(known: WeakMap<K, readonly Check[]>, key: K, inputs: () => readonly Input[]) {
  const before = known.get(key)
  if (before !== undefined) return before
  const checks = inputs().map(checkOf)
  known.set(key, checks)
  return checks
}

/** Where an input is: made into a text only where something is wrong. */
interface Place {
  within: Place | null
  key: string | number
}

/**
 * Everything that is wrong with these arguments, by the rules that they and the fields in them were declared with.
 * `inputs` is to be the schema's own list, the same each time.
 */
export function inputProblems(inputs: readonly Input[], values: Readonly<Record<string, unknown>>): FieldProblem[] {
  const problems: FieldProblem[] = []
  collect(
    problems,
    made(checksOfArguments, inputs, () => inputs),
    values,
    null,
  )
  return problems
}

function collect(
  problems: FieldProblem[],
  checks: readonly Check[],
  values: Readonly<Record<string, unknown>>,
  within: Place | null,
): void {
  for (const { name, rules, type } of checks) {
    const value = values[name]
    if (value == null) continue
    const place = { within, key: name }
    for (const rule of rules) collectFrom(problems, rule, value, place)
    if (type !== null) collectInside(problems, type, value, place)
  }
}

function collectFrom(problems: FieldProblem[], rule: StandardSchemaV1, value: unknown, place: Place): void {
  const result = rule['~standard'].validate(value)
  if (result instanceof Promise) throw new Error(`The rule of ${partsOf(place).join('.')} must not be asynchronous.`)
  for (const issue of result.issues ?? [])
    problems.push({ path: pathOf(partsOf(place), issue), message: issue.message })
}

/** An object, or a list of them (of lists of them). */
function collectInside(problems: FieldProblem[], type: GraphQLInputObjectType, value: unknown, place: Place): void {
  if (value == null) return
  if (Array.isArray(value)) {
    value.forEach((item, key) => collectInside(problems, type, item, { within: place, key }))
  } else {
    const checks = made(checksOfType, type, () => Object.values(type.getFields()))
    collect(problems, checks, value as Record<string, unknown>, place)
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
