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
 * Cleans the texts of every argument before anything else reads them, and validates arguments of root fields after the
 * caller is authorized. Pothos would validate first, so that callers without access would get errors about their
 * arguments. The plugin also reports all invalid fields, where Pothos stops at the first one of an input.
 *
 * Must be the last of the builder's plugins, so that it cleans before their argument mappers run, and maps inside their
 * wrapping of the resolver.
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

  /** Arguments of a subscription are checked once, when it starts, and not again by the resolver of each event. */
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
  // Removed from the list, so that Pothos does not run them a second time.
  const mappers = config.argMappers.splice(0)
  const forAllArguments = 'validate' in config.pothosOptions
  let checked: boolean | null = null
  return (parent, args, context, info) => {
    const inputs = info.parentType.getFields()[info.fieldName]?.args ?? []
    checked ??= !forAllArguments && mappers.length === 2 && hasItsOwnRulesOnly(inputs)
    // Only cleaning and Pothos' validator remain. The validator checks the same rules, but copies every input.
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
