import type { GraphQLError } from 'graphql'
import type { FieldProblem } from '../use-cases/outcome.js'
import type { ErrorCode } from './error-codes.js'

/** A long value that was sent need not be sent back. */
const MAX_MESSAGE = 300

/**
 * The code of an error that GraphQL itself raised. Nothing but their texts tells them apart: graphql-js gives them no
 * codes, and Yoga gives them only to some.
 */
export function codeOfGraphQLError({ message, path, extensions }: GraphQLError): ErrorCode {
  if (message.startsWith('Syntax Error')) return 'GRAPHQL_PARSE_FAILED'
  if (/^(?:Variable "\$|Argument ")/.test(message)) return 'BAD_USER_INPUT'
  if (extensions['http'] !== undefined) return 'BAD_REQUEST'
  // While a field was being resolved, only a result that is not of its type is left: our fault.
  return path === undefined ? 'GRAPHQL_VALIDATION_FAILED' : 'INTERNAL'
}

const VARIABLE = /^Variable "\$(\w+)" /
const GOT_INVALID = /^Variable "\$\w+" got invalid value .* at "(\w+[\w.[\]]*)"; (.*)$/s
const TOP_LEVEL = /^Variable "\$\w+" got invalid value .*?; (.*)$/s
const INNER_FIELD = /^Field "(\w+)" (?:of required type|is not defined)/
const ARGUMENT = /^Argument "(\w+)" /

/** Which field of the variables (or which argument) was wrong; null where the message does not tell. */
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
