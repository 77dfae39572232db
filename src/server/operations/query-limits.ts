import { blockFieldSuggestionsPlugin } from '@escape.tech/graphql-armor-block-field-suggestions'
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases'
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth'
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives'
import { maxTokensPlugin } from '@escape.tech/graphql-armor-max-tokens'
import { NoSchemaIntrospectionCustomRule } from 'graphql'
import type { GraphQLError, ValidationContext } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { queryTooComplex } from '../../graphql/errors.js'
import type { RequestContext } from './yoga.js'

/**
 * Several times what GraphiQL, the dashboard and the daemons send (a test holds them to it). A document is parsed level
 * by level: Node's stack takes about 1,500 of them, and no more than one can begin with each token.
 */
const MAX_TOKENS = 1_000
const MAX_DEPTH = 15
const MAX_ALIASES = 100
const MAX_DIRECTIVES = 50

/** What a document may be, before any of it is carried out. Both ways into Yoga's pipeline pass through this. */
export function queryLimits(): Plugin<RequestContext> {
  const tokens = maxTokensPlugin({ n: MAX_TOKENS, onReject: [(_context, error) => refuse(error)] })
  const suggestions = blockFieldSuggestionsPlugin({ mask: '' })
  return {
    onParse(payload) {
      tokens.onParse?.(payload)
      return ({ result, replaceParseResult }) => {
        if (result instanceof RangeError) replaceParseResult(queryTooComplex('It is nested too deeply.'))
      }
    },
    onValidate(payload) {
      for (const rule of RULES) payload.addValidationRule(rule)
      if (payload.context.caller !== null) return undefined
      // By its name, Yoga keeps what it found out for these callers apart from what it found out for others.
      payload.addValidationRule(NoSchemaIntrospectionCustomRule)
      return suggestions.onValidate?.(payload)
    },
  }
}

const REPORTED = {
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null, { message }: GraphQLError) =>
      context?.reportError(queryTooComplex(told(message))),
  ],
}
const RULES = [
  maxDepthRule({ n: MAX_DEPTH, flattenFragments: true, ...REPORTED }),
  maxAliasesRule({ n: MAX_ALIASES, ...REPORTED }),
  maxDirectivesRule({ n: MAX_DIRECTIVES, ...REPORTED }),
]

function refuse({ message }: GraphQLError): never {
  throw queryTooComplex(told(message))
}

/** The library calls each of them a syntax error. */
function told(message: string): string {
  return message.replace(/^Syntax Error: /, '')
}
