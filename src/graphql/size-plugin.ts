import SchemaBuilder, { BasePlugin } from '@pothos/core'
import type { PothosOutputFieldConfig, SchemaTypes } from '@pothos/core'
import type { GraphQLFieldResolver } from 'graphql'
import type { AnswerSize } from './answer-size.js'
import type { Context } from './context.js'

declare global {
  // Pothos learns of a plugin by this declaration.
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      size: SizePlugin<Types>
    }
  }
}

/** Types whose values may be long. IDs, enum values, times and numbers are short, and the cost limits their number. */
const TEXTS: ReadonlySet<unknown> = new Set(['String', 'JSON'])

/** Counts every text of an answer, selected by the field's type, so that no field can be forgotten. */
class SizePlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { type }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (!isOfText(type)) return resolver
    return (parent, args, context, info) => {
      const value = resolver(parent, args, context, info)
      // Most texts are available synchronously.
      if (!(value instanceof Promise)) return sizeIn(context).write(value)
      return value.then((text: unknown) => sizeIn(context).write(text))
    }
  }
}

function isOfText<Types extends SchemaTypes>(type: PothosOutputFieldConfig<Types>['type']): boolean {
  if (type.kind === 'List') return isOfText<Types>(type.type)
  return type.kind === 'Scalar' && TEXTS.has((type.ref as { name?: unknown }).name)
}

function sizeIn(context: object): AnswerSize {
  return (context as Context).loaders.size
}

SchemaBuilder.registerPlugin('size', SizePlugin)
