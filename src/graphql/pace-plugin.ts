import SchemaBuilder, { BasePlugin } from '@pothos/core'
import type { PothosOutputFieldConfig, SchemaTypes } from '@pothos/core'
import { Kind, OperationTypeNode } from 'graphql'
import type { GraphQLFieldResolver, GraphQLResolveInfo, SelectionSetNode } from 'graphql'
import type { Context } from './context.js'
import type { ListSelection } from './pace.js'

declare global {
  // Pothos learns of a plugin by this declaration.
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      pace: PacePlugin<Types>
    }
  }
}

/** Resolves every list of a query at its request's pace ({@link Context.loaders}), so that no list can be forgotten. */
class PacePlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { type }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (type.kind !== 'List') return resolver
    return (parent, args, context, info) => {
      const value = resolver(parent, args, context, info)
      return value instanceof Promise
        ? value.then((list: unknown) => paced(list, context as Context, info))
        : paced(value, context as Context, info)
    }
  }
}

function paced(list: unknown, { loaders }: Context, { fieldNodes, fragments, operation }: GraphQLResolveInfo): unknown {
  const selections = fieldNodes[0]?.selectionSet
  // Mutations return only what they changed. Their compiled code does not support promises in lists.
  if (!Array.isArray(list) || selections === undefined || operation.operation === OperationTypeNode.MUTATION)
    return list
  return loaders.pace.list(list, askedOf(selections, fragments))
}

/** Cached by selection set: Yoga parses a document once. */
const known = new WeakMap<SelectionSetNode, ListSelection>()

function askedOf(selections: SelectionSetNode, fragments: GraphQLResolveInfo['fragments']): ListSelection {
  const before = known.get(selections)
  if (before !== undefined) return before
  const asked = { fields: 1, looksUp: false }
  for (const selection of selections.selections) {
    const isField = selection.kind === Kind.FIELD
    const inner =
      selection.kind === Kind.FRAGMENT_SPREAD ? fragments[selection.name.value]?.selectionSet : selection.selectionSet
    const within = inner === undefined ? null : askedOf(inner, fragments)
    asked.fields += within?.fields ?? 1
    asked.looksUp ||= within !== null && (isField || within.looksUp)
  }
  known.set(selections, asked)
  return asked
}

SchemaBuilder.registerPlugin('pace', PacePlugin)
