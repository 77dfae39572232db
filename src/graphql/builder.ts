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

/** Fields are non-null unless `nullable: true` or in Mutation; arguments are optional unless `required: true`. */
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
  // The server computes the cost of the whole operation once, before it resolves anything.
  complexity: { disabled: true },
  scopeAuth: {
    // Once when a stream starts, not for each of its events.
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
    typeOptions: { name: ({ fieldName }) => `${fieldName[0]?.toUpperCase()}${fieldName.slice(1)}Input` },
  },
  relay: {
    cursorType: 'String',
    encodeGlobalID: (_typename, id) => String(id),
    decodeGlobalID,
    nodeTypeOptions: {
      description: 'An object with a globally unique ID. `node` and `nodes` look it up by that ID.',
      resolveType: (value) => nodeTypeName((value as { id: string }).id),
    },
    idFieldOptions: {
      description:
        'Globally unique ID: a prefix that names the type, then a part that sorts by time of creation. Example: ' +
        '`task_01h2xcejqtf2nbrexx3vqjhp41`.',
    },
    nodeQueryOptions: nodeQuery,
    nodesQueryOptions: nodesQuery,
    pageInfoTypeOptions: { description: 'Position of a page in its list.' },
    hasNextPageFieldOptions: { nullable: false, description: 'Whether more entries follow this page.' },
    hasPreviousPageFieldOptions: { nullable: false, description: 'Whether entries precede this page.' },
    startCursorFieldOptions: {
      nullable: true,
      description: 'Cursor to pass as `before` for the previous page. Null if the page is empty.',
    },
    endCursorFieldOptions: {
      nullable: true,
      description:
        'Cursor to pass as `after` for the next page. Null if the page is empty, unless a scan of the list stopped ' +
        'early.',
    },
    edgesFieldOptions: {
      description: 'The entries of this page with their cursors.',
      nullable: { list: false, items: false },
    },
    nodeFieldOptions: { description: 'The entry.', nullable: false },
    cursorFieldOptions: { description: 'Cursor of the entry. It stays valid while the list changes.' },
    pageInfoFieldOptions: { description: 'Position of this page in the list.' },
    nodesOnConnection: { description: 'The entries of this page.' },
    firstArgOptions: {
      description: 'Maximum number of entries from the start of the list, or after `after`: 0 to 100. Default: 50.',
    },
    lastArgOptions: {
      description:
        'Maximum number of entries from the end of the list, or before `before`: 0 to 100. Cannot be combined with ' +
        '`first`.',
    },
    afterArgOptions: { description: 'Cursor: return only entries after it.' },
    beforeArgOptions: { description: 'Cursor: return only entries before it.' },
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
