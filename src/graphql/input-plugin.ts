import SchemaBuilder, { BasePlugin } from '@pothos/core'
import type { PothosOutputFieldConfig, SchemaTypes } from '@pothos/core'
import type { GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql'
import { cleanInput } from './clean-input.js'
import { badUserInput } from './errors.js'
import { hasItsOwnRulesOnly, inputProblems } from './input-problems.js'

declare global {
  // Pothos learns of a plugin by this declaration.
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      input: InputPlugin<Types>
    }
  }
}

const RESOLVED_ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation'])

/**
 * Two things about every argument that comes in: its texts are cleaned before anything looks at them, and at the root
 * they are validated after the caller has been authorized, not before. Pothos would do it the other way round, and
 * whoever may not call a field at all would learn what is wrong with the arguments instead. And where Pothos stops at
 * the first wrong field of an input, all are named.
 *
 * Must be the last of the builder's plugins: then its cleaning comes before their argument mappers, and its mapping
 * inside their wrapping of the resolver.
 */
class InputPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    if (Object.keys(config.args).length === 0) return config
    return { ...config, argMappers: [...config.argMappers, cleanInput] }
  }

  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    config: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    return RESOLVED_ROOTS.has(config.parentType) ? mappingInside(resolver, config) : resolver
  }

  /** A subscription's arguments are looked at once, when it begins; its resolver, once an event, has none to look at. */
  override wrapSubscribe(
    subscriber: GraphQLFieldResolver<unknown, Types['Context'], object> | undefined,
    config: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> | undefined {
    return subscriber !== undefined && config.parentType === 'Subscription'
      ? mappingInside(subscriber, config)
      : subscriber
  }
}

function mappingInside<Types extends SchemaTypes>(
  inner: GraphQLFieldResolver<unknown, Types['Context'], object>,
  config: PothosOutputFieldConfig<Types>,
): GraphQLFieldResolver<unknown, Types['Context'], object> {
  if (config.argMappers.length === 0) return inner
  // Taken out of the list, they are not run a second time where Pothos would run them.
  const mappers = config.argMappers.splice(0)
  const forAllArguments = 'validate' in config.pothosOptions
  let checked: boolean | null = null
  return (parent, args, context, info) => {
    const inputs = info.parentType.getFields()[info.fieldName]?.args ?? []
    checked ??= !forAllArguments && mappers.length === 2 && hasItsOwnRulesOnly(inputs)
    // Besides the cleaning there is Pothos' validator alone. It would copy every input to look at the same rules.
    if (checked) {
      const cleaned = cleanInput(args)
      const problems = inputProblems(inputs, cleaned as Record<string, unknown>)
      if (problems.length > 0) throw badUserInput(problems)
      return inner(parent, cleaned, context, info)
    }
    return mapped(mappers, args as Record<string, unknown>, context, info).then((all) =>
      inner(parent, all, context, info),
    )
  }
}

type Mapper<Types extends SchemaTypes> = PothosOutputFieldConfig<Types>['argMappers'][number]

async function mapped<Types extends SchemaTypes>(
  mappers: readonly Mapper<Types>[],
  args: Record<string, unknown>,
  context: Types['Context'],
  info: GraphQLResolveInfo,
): Promise<Record<string, unknown>> {
  let result = args
  try {
    for (const mapper of mappers) result = await mapper(result, context, info)
    return result
  } catch (error) {
    const problems = inputProblems(info.parentType.getFields()[info.fieldName]?.args ?? [], result)
    throw problems.length === 0 ? error : badUserInput(problems)
  }
}

SchemaBuilder.registerPlugin('input', InputPlugin)
