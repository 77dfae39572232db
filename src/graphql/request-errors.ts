import type { GraphQLError } from 'graphql'
import type { FieldProblem } from '../use-cases/calls/outcome.js'
import type { ErrorCode } from './error-codes.js'

/** Maximum message length: messages quote input values, which may be long. */
const MAX_MESSAGE = 300

/**
 * The code of an error raised by GraphQL itself. Only the message tells these errors apart: graphql-js sets no codes, and
 * Yoga sets them only for some.
 */
export function codeOfGraphQLError({ message, path, extensions }: GraphQLError): ErrorCode {
  if (message.startsWith('Syntax Error')) return 'GRAPHQL_PARSE_FAILED'
  if (/^(?:Variable "\$|Argument ")/.test(message)) return 'BAD_USER_INPUT'
  if (extensions['http'] !== undefined) return 'BAD_REQUEST'
  // With a path, the remaining cause is a resolver result of the wrong type: a fault of the server.
  return path === undefined ? 'GRAPHQL_VALIDATION_FAILED' : 'INTERNAL'
}

const VARIABLE = /^Variable "\$(\w+)" /
const GOT_INVALID = /^Variable "\$\w+" got invalid value .* at "(\w+[\w.[\]]*)"; (.*)$/s
const TOP_LEVEL = /^Variable "\$\w+" got invalid value .*?; (.*)$/s
const INNER_FIELD = /^Field "(\w+)" (?:of required type|is not defined)/
const ARGUMENT = /^Argument "(\w+)" /

/** The invalid argument or field of a variable; null if the message does not name it. */
export function fieldsOfVariableError({ message }: GraphQLError): FieldProblem[] | null {
  const argument = ARGUMENT.exec(message)
  if (argument?.[1] !== undefined) return [{ path: argument[1], message: shortened(message) }]
  const variable = VARIABLE.exec(message)?.[1]
  if (variable === undefined) return null
  const nested = GOT_INVALID.exec(message)
  const problem = nested?.[2] ?? TOP_LEVEL.exec(message)?.[1] ?? message.replace(VARIABLE, '')
  const parent = (nested?.[1] ?? variable).replaceAll(/\[(\d+)\]/g, '.$1')
  const inner = INNER_FIELD.exec(problem)?.[1]
  const path = inner === undefined ? parent : `${parent}.${inner}`
  return [{ path, message: shortened(problem) }]
}

function shortened(text: string): string {
  return text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE)}…`
}
