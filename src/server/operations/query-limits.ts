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
 * Several times what GraphiQL, the dashboard and the daemons send, as a test proves. The parser recurses once per
 * level, and each level takes at least one token: Node's stack allows about 1,500 levels.
 */
const MAX_TOKENS = 1_000
const MAX_DEPTH = 15
const MAX_ALIASES = 100
const MAX_DIRECTIVES = 50

/** Limits documents before they are executed. Both ways into Yoga's pipeline pass through this plugin. */
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
      // Yoga caches validation by the names of the rules, so callers without a token have their own cache entries.
      payload.addValidationRule(NoSchemaIntrospectionCustomRule)
      return suggestions.onValidate?.(payload)
    },
  }
}

const REPORTED = {
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null, { message }: GraphQLError) =>
      context?.reportError(queryTooComplex(inOurWords(message))),
  ],
}
const RULES = [
  maxDepthRule({ n: MAX_DEPTH, flattenFragments: true, ...REPORTED }),
  maxAliasesRule({ n: MAX_ALIASES, ...REPORTED }),
  maxDirectivesRule({ n: MAX_DIRECTIVES, ...REPORTED }),
]

function refuse({ message }: GraphQLError): never {
  throw queryTooComplex(inOurWords(message))
}

/** The library calls each violation a syntax error. */
function inOurWords(message: string): string {
  return message.replace(/^Syntax Error: /, '')
}
