import { GraphQLError } from 'graphql'
import { sqlState } from '../../database/sql.js'

const LONGEST_MESSAGE = 500
/** PostgreSQL's names for what was violated: never a value. */
const NAMES = ['constraint', 'table', 'column'] as const

/**
 * What is logged of an error: nothing of what was being read or written. PostgreSQL puts the row that failed into
 * `detail`, Prisma the arguments of the call into its message, JSON.parse the text into its own. So no properties but
 * those named here, no message that may quote a value, and of the stack only where the code stood.
 */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: `What was thrown is no Error but a ${typeof error}.` }
  // What GraphQL wraps is what happened; around it is only where in the answer it was.
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
