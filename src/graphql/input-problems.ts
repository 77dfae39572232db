import type { StandardSchemaV1 } from '@pothos/plugin-validation'
import { getNamedType, isInputObjectType } from 'graphql'
import type { GraphQLArgument, GraphQLInputField, GraphQLInputObjectType, GraphQLInputType } from 'graphql'
import type { FieldProblem } from '../use-cases/calls/outcome.js'

type Input = GraphQLArgument | GraphQLInputField

interface Declared {
  schemas?: readonly StandardSchemaV1[]
  /** Rules that apply to all arguments of a field together. */
  parentSchemas?: readonly StandardSchemaV1[]
}

const NONE: readonly StandardSchemaV1[] = []
const NOTHING: Declared = {}

/** The rules that Pothos' validation plugin stores with an input or a type. */
function declaredFor({ extensions }: Pick<Input | GraphQLInputObjectType, 'extensions'>): Declared {
  return (extensions['@pothos/plugin-validation'] as Declared | undefined) ?? NOTHING
}

/** The rules declared for an argument or input field. */
export function rulesOf({ extensions }: Input): readonly StandardSchemaV1[] {
  return declaredFor({ extensions }).schemas ?? NONE
}

/** What is needed to check an input, computed once: reading GraphQL's types costs more than applying the rules. */
interface Check {
  name: string
  rules: readonly StandardSchemaV1[]
  /** Type of the value, or of the items of a list; null unless it is an input object. */
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

/** Path of an input, converted to text only for a problem. */
interface InputPath {
  within: InputPath | null
  key: string | number
}

/**
 * Returns every violation of the rules declared for these arguments and the fields within them. `inputs` must be the
 * schema's own list, because results are cached by its identity.
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
  within: InputPath | null,
): void {
  for (const { name, rules, type } of checks) {
    const value = values[name]
    if (value == null) continue
    const place = { within, key: name }
    for (const rule of rules) collectFrom(problems, rule, value, place)
    if (type !== null) collectInside(problems, type, value, place)
  }
}

function collectFrom(problems: FieldProblem[], rule: StandardSchemaV1, value: unknown, place: InputPath): void {
  const result = rule['~standard'].validate(value)
  if (result instanceof Promise) throw new Error(`The rule of ${partsOf(place).join('.')} must not be asynchronous.`)
  for (const issue of result.issues ?? [])
    problems.push({ path: pathOf(partsOf(place), issue), message: issue.message })
}

/** Checks an object, or a list of objects at any depth. */
function collectInside(problems: FieldProblem[], type: GraphQLInputObjectType, value: unknown, place: InputPath): void {
  if (value == null) return
  if (Array.isArray(value)) {
    value.forEach((item, key) => collectInside(problems, type, item, { within: place, key }))
  } else {
    const checks = made(checksOfType, type, () => Object.values(type.getFields()))
    collect(problems, checks, value as Record<string, unknown>, place)
  }
}

function partsOf(place: InputPath | null): string[] {
  return place === null ? [] : [...partsOf(place.within), String(place.key)]
}

/**
 * Whether these inputs have rules, and inputProblems covers all of them: it does not know rules for a whole type or for
 * all arguments together.
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

/** The path of an issue, for example `input.entries.1.seq`. */
export function pathOf(parent: readonly string[], { path = [] }: StandardSchemaV1.Issue): string {
  return [...parent, ...path.map((part) => String(typeof part === 'object' ? part.key : part))].join('.')
}
