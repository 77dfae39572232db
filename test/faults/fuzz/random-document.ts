import fc from 'fast-check'
import {
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import type { GraphQLField, GraphQLInputType, GraphQLNamedOutputType, GraphQLObjectType, GraphQLSchema } from 'graphql'
import type { Dice } from './dice.js'

const ODD_TEXT = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 40 }),
  fc.constant('\u0000'),
)
const ODD_NUMBER = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(2 ** 31, -(2 ** 31) - 1, 2 ** 53, 1e300, -0))

/** Documents that the schema allows, and arguments that it may not. `ids` are of things that are there. */
export class RandomDocument {
  /** Each field has a name of its own, or two of one place would have to be of one type. */
  private fields = 0

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly dice: Dice,
    private readonly ids: readonly string[],
  ) {}

  make(): { document: string; isSubscription: boolean } {
    const kind = this.dice.of(['query', 'query', 'query', 'mutation', 'mutation', 'subscription'] as const)
    const root = {
      query: this.schema.getQueryType(),
      mutation: this.schema.getMutationType(),
      subscription: this.schema.getSubscriptionType(),
    }[kind]
    if (root == null) throw new Error(`The schema has no ${kind}.`)
    if (kind !== 'subscription')
      return { document: `${kind} ${this.selection(root, this.dice.below(5))}`, isSubscription: false }
    const field = this.dice.of(Object.values(root.getFields()))
    return { document: `subscription { ${this.field(field, this.dice.below(4))} }`, isSubscription: true }
  }

  private selection(type: GraphQLNamedOutputType, depth: number): string {
    if (isLeafType(type)) return ''
    if (isAbstractType(type)) {
      const members = this.schema.getPossibleTypes(type).filter(() => this.dice.chance(0.5))
      return `{ __typename ${members.map((member) => `... on ${member.name} ${this.selection(member, depth - 1)}`).join(' ')} }`
    }
    const fields = Object.values((type as GraphQLObjectType).getFields())
    const fitting = depth > 0 ? fields : fields.filter(({ type: of }) => isLeafType(getNamedType(of)))
    const count = 1 + this.dice.below(type === this.schema.getQueryType() ? 3 : 5)
    const chosen = Array.from({ length: count }, () => this.dice.of(fitting.length > 0 ? fitting : fields))
    return `{ __typename ${chosen.map((field) => (depth > -3 ? this.field(field, depth) : '')).join(' ')} }`
  }

  private field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const given = field.args
      .filter(({ type }) => isNonNullType(type) || this.dice.chance(0.4))
      .map(({ name, type }) => `${name}: ${this.literal(type, 0)}`)
    const arguments_ = given.length === 0 ? '' : `(${given.join(', ')})`
    const type = getNamedType(field.type)
    const inner = isObjectType(type) || isAbstractType(type) ? this.selection(type, depth - 1) : ''
    return `a${this.fields++}: ${field.name}${arguments_} ${inner}`
  }

  private literal(type: GraphQLInputType, depth: number): string {
    if (isNonNullType(type)) return this.dice.chance(0.02) ? 'null' : this.literal(type.ofType, depth)
    if (this.dice.chance(0.08)) return 'null'
    if (isListType(type)) {
      const length = this.dice.chance(0.05) ? 150 : this.dice.below(3)
      return `[${Array.from({ length }, () => this.literal(type.ofType, depth + 1)).join(', ')}]`
    }
    if (isInputObjectType(type)) {
      if (depth > 4) return '{}'
      const fields = Object.values(type.getFields()).filter(
        (field) => isNonNullType(field.type) || this.dice.chance(0.4),
      )
      return `{ ${fields.map(({ name, type: of }) => `${name}: ${this.literal(of, depth + 1)}`).join(', ')} }`
    }
    if (isEnumType(type)) return this.dice.chance(0.05) ? 'NOTHING' : this.dice.of(type.getValues()).name
    return this.scalar(type.name)
  }

  private scalar(name: string): string {
    if (this.dice.chance(0.12)) return this.odd()
    switch (name) {
      case 'ID':
        return JSON.stringify(this.dice.of(this.ids))
      case 'Int':
        return String(this.dice.chance(0.2) ? this.dice.some(fc.integer()) : this.dice.below(8))
      case 'Float':
        return String(this.dice.below(100) / 7)
      case 'Boolean':
        return String(this.dice.chance(0.5))
      case 'DateTime':
        return this.dice.of([
          '"2026-01-05T08:00:00Z"',
          '"1969-12-31T23:59:59.999Z"',
          '"9999-12-31T23:59:59Z"',
          '"today"',
        ])
      case 'Position':
        return this.dice.of(['"0"', '"1"', '"9223372036854775807"', '"-1"', '7'])
      case 'JSON':
        return this.dice.of([
          '{ a: [1, null, "x"] }',
          '[]',
          '"text"',
          '{ __proto__: 1, constructor: { prototype: 2 } }',
        ])
      default:
        return JSON.stringify(this.dice.of(['', 'claude', 'K-1', 'x'.repeat(600), '%_\\', this.dice.some(fc.string())]))
    }
  }

  private odd(): string {
    if (this.dice.chance(0.5)) return JSON.stringify(this.dice.some(ODD_TEXT))
    const number = this.dice.some(ODD_NUMBER)
    return Number.isFinite(number)
      ? String(number)
      : this.dice.of(['NaN', '{ a: 1 }', '[[]]', 'true', '$missing', '"""\n"""'])
  }
}

const SCRAPS = [
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '!',
  '$',
  '@skip(if: true)',
  '@defer',
  '...',
  '"',
  '"""',
  '#',
  '\u0000',
  '\ud800',
  '{{{{{{{{',
  'fragment F on Query { ...F }',
  '...F',
  'a',
  ':',
  '1e999',
  '\\u{110000}',
]

/** The same document with something taken away, doubled, swapped or put in. */
export function mutated(document: string, dice: Dice): string {
  let text = document
  for (let times = 1 + dice.below(4); times > 0; times--) {
    const at = dice.below(text.length + 1)
    const length = dice.below(12)
    const part = text.slice(at, at + length)
    text = dice.of([
      () => text.slice(0, at) + text.slice(at + length),
      () => text.slice(0, at) + part + text.slice(at),
      () => text.slice(0, at) + dice.of(SCRAPS) + text.slice(at),
      () => text.slice(0, at),
      () => text.slice(0, at) + dice.some(fc.string({ unit: 'binary', maxLength: 6 })) + text.slice(at + 1),
      () => text.slice(0, at) + part.repeat(200) + text.slice(at),
    ])()
  }
  return text
}
