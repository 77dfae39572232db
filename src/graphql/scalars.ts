import { GraphQLDateTimeISO, GraphQLJSON } from 'graphql-scalars'
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql'

const NEWEST_POSITION = 2n ** 63n - 1n

export const DateTime = new GraphQLScalarType<Date, string>({
  ...GraphQLDateTimeISO.toConfig(),
  name: 'DateTime',
  description: 'A point in time as RFC 3339 text. Results are always in UTC. Example: `2026-02-01T09:30:00Z`.',
})

export const JSONValue = new GraphQLScalarType<unknown, unknown>({
  ...GraphQLJSON.toConfig(),
  name: 'JSON',
  description: 'Any JSON value: an object, a list, a string, a number, true, false or null.',
})

/** A position as text, without leading zeros. */
export const Position = new GraphQLScalarType<string, string>({
  name: 'Position',
  description:
    "A position in the workspace's event log: a decimal number as text, at most 19 digits. Positions increase by " +
    '1 with each event; "0" is before the first event. Input may also be a number. Example: `"1042"`.',
  serialize: (value) => positionOf(value),
  parseValue: (value) => positionOf(value),
  parseLiteral(node) {
    if (node.kind !== Kind.STRING && node.kind !== Kind.INT) throw notAPosition()
    return positionOf(node.value)
  },
})

function positionOf(value: unknown): string {
  if (typeof value === 'bigint') return value.toString()
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  if (typeof text !== 'string' || !/^\d{1,19}$/.test(text)) throw notAPosition()
  const position = BigInt(text)
  if (position > NEWEST_POSITION) throw notAPosition()
  return position.toString()
}

function notAPosition(): GraphQLError {
  return new GraphQLError('A position must be a decimal number with at most 19 digits, for example "1042".')
}
