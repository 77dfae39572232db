import SchemaBuilder from '@pothos/core'
import ComplexityPlugin from '@pothos/plugin-complexity'
import RelayPlugin from '@pothos/plugin-relay'
import ScopeAuthPlugin, { AuthScopeFailureType } from '@pothos/plugin-scope-auth'
import type { AuthFailure } from '@pothos/plugin-scope-auth'
import ValidationPlugin from '@pothos/plugin-validation'
import WithInputPlugin from '@pothos/plugin-with-input'
import { ALLOWED, scopesFor } from './access.js'
import type { Access, Scopes } from './access.js'
import type { Context } from './context.js'
import './cost-plugin.js'
import { badUserInput, forbidden, unauthenticated } from './errors.js'
import './input-plugin.js'
import './mutation-plugin.js'
import './pace-plugin.js'
import './size-plugin.js'
import './subscription-plugin.js'
import { pathOf } from './input-problems.js'
import { decodeGlobalID, nodeQuery, nodeTypeName, nodesQuery } from './node-lookup.js'
import { DateTime, JSONValue, Position } from './scalars.js'

/** Fields are non-null unless they say `nullable: true` or are mutations; arguments are optional unless they say `required: true`. */
export const builder = new SchemaBuilder<{
  Context: Context
  DefaultFieldNullability: false
  DefaultEdgesNullability: { list: false; items: false }
  DefaultNodeNullability: false
  AuthScopes: Scopes
  Scalars: {
    ID: { Input: string; Output: string }
    DateTime: { Input: Date; Output: Date }
    JSON: { Input: unknown; Output: unknown }
    Position: { Input: string; Output: string | bigint }
  }
}>({
  plugins: [
    ...([
      ComplexityPlugin,
      'cost',
      'size',
      'pace',
      'mutation',
      'subscription',
      RelayPlugin,
      ScopeAuthPlugin,
      WithInputPlugin,
    ] as const),
    ...([ValidationPlugin, 'input'] as const),
  ],
  defaultFieldNullability: false,
  // The server asks what a whole operation costs, once and before anything is resolved.
  complexity: { disabled: true },
  scopeAuth: {
    // When a stream begins, not once for each of its events.
    authorizeOnSubscribe: true,
    authScopes: ({ caller }) => scopesFor(caller?.kind ?? null),
    unauthorizedError: (_parent, { caller }, _info, { failure }) =>
      caller === null ? unauthenticated() : forbidden(caller.kind, ALLOWED[scopeOf(failure) ?? 'root']),
  },
  validation: {
    validationError: ({ issues }) =>
      badUserInput(issues.map((issue) => ({ path: pathOf([], issue), message: issue.message }))),
  },
  withInput: {
    argOptions: { description: 'The particulars.' },
    typeOptions: { name: ({ fieldName }) => `${fieldName[0]?.toUpperCase()}${fieldName.slice(1)}Input` },
  },
  relay: {
    cursorType: 'String',
    encodeGlobalID: (_typename, id) => String(id),
    decodeGlobalID,
    nodeTypeOptions: {
      description: 'Anything that has an id of its own, and can be looked up by it alone.',
      resolveType: (value) => nodeTypeName((value as { id: string }).id),
    },
    idFieldOptions: { description: 'A prefix that tells the kind, and a part that sorts by time of creation.' },
    nodeQueryOptions: nodeQuery,
    nodesQueryOptions: nodesQuery,
    pageInfoTypeOptions: { description: 'Where a page stands in its list.' },
    hasNextPageFieldOptions: { nullable: false, description: 'Whether the list goes on after this page.' },
    hasPreviousPageFieldOptions: { nullable: false, description: 'Whether there is anything before this page.' },
    startCursorFieldOptions: {
      nullable: true,
      description: 'Pass as `before` to get the page before; null on an empty page.',
    },
    endCursorFieldOptions: {
      nullable: true,
      description: 'Pass as `after` to get the next page; null on an empty page.',
    },
    edgesFieldOptions: {
      description: 'The entries of this page, each with its cursor.',
      nullable: { list: false, items: false },
    },
    nodeFieldOptions: { description: 'The entry itself.', nullable: false },
    cursorFieldOptions: { description: 'The place of this entry in the list. It stays right while others write.' },
    pageInfoFieldOptions: { description: 'Where this page stands in the list.' },
    nodesOnConnection: { description: 'The entries of this page.' },
    firstArgOptions: {
      description: 'How many entries from the start (or after `after`): 0 to 100, 50 where nothing is said.',
    },
    lastArgOptions: {
      description: 'How many entries from the end (or before `before`): 0 to 100. Not together with `first`.',
    },
    afterArgOptions: { description: 'A cursor: only what comes after it.' },
    beforeArgOptions: { description: 'A cursor: only what comes before it.' },
  },
})

builder.addScalarType('DateTime', DateTime)
builder.addScalarType('JSON', JSONValue)
builder.addScalarType('Position', Position)

function scopeOf(failure: AuthFailure): Access | null {
  switch (failure.kind) {
    case AuthScopeFailureType.AuthScope:
      return failure.scope as Access
    case AuthScopeFailureType.AnyAuthScopes:
    case AuthScopeFailureType.AllAuthScopes:
      return failure.failures.map(scopeOf).find((scope) => scope !== null) ?? null
    case AuthScopeFailureType.AuthScopeFunction:
    case AuthScopeFailureType.GrantedScope:
    case AuthScopeFailureType.Unknown:
      return null
  }
}
