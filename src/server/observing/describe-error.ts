import { GraphQLError } from 'graphql'
import { sqlState } from '../../database/sql.js'

const LONGEST_MESSAGE = 500
/** PostgreSQL's names of what was violated, which never contain a value. */
const NAMES = ['constraint', 'table', 'column'] as const

/**
 * What is logged about an error, without any data. PostgreSQL puts the failed row into `detail`, Prisma the call's
 * arguments into its message, and JSON.parse the text into its message. So this keeps only the properties named here,
 * no message that may quote a value, and only the locations of the stack.
 */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: `The thrown value is not an Error but a ${typeof error}.` }
  // GraphQL wraps the original error and adds only its path in the answer.
  if (error instanceof GraphQLError && error.originalError != null) return describeError(error.originalError)
  const { name, cause } = error
  const { code } = error as { code?: unknown }
  return {
    name,
    message: safeMessage(error),
    stack: framesOf(error),
    ...(typeof code === 'string' ? { code } : {}),
    ...(sqlState(error) === null ? {} : namesOf(error)),
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  }
}

function safeMessage(error: Error): string {
  const { name, message } = error
  if (name.startsWith('PrismaClient')) return 'Its message is not logged: it may quote arguments.'
  if (quotesValues(error)) return `${message.split(/["'`:]/, 1)[0]?.trimEnd() ?? ''} …`
  return message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE)}…`
}

/** JSON.parse, GraphQL's conversion of results, and PostgreSQL's class 22 (data exception). */
function quotesValues(error: Error): boolean {
  return error instanceof SyntaxError || error instanceof GraphQLError || sqlState(error)?.startsWith('22') === true
}

function framesOf({ stack = '', message }: Error): string {
  const after = message !== '' && stack.includes(message) ? stack.indexOf(message) + message.length : 0
  const lines = stack.slice(after).split('\n')
  return lines.filter((line) => /^\s+at /.test(line)).join('\n')
}

function namesOf(error: Error): Record<string, string> {
  const properties = error as unknown as Record<string, unknown>
  return Object.fromEntries(
    NAMES.flatMap((name) => (typeof properties[name] === 'string' ? [[name, properties[name]]] : [])),
  )
}
