import SchemaBuilder, { BasePlugin } from '@pothos/core'
import type { PothosOutputFieldConfig, PothosTypeConfig, SchemaTypes } from '@pothos/core'

declare global {
  // Pothos learns of a plugin by this declaration.
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      mutation: MutationPlugin<Types>
    }
  }
}

/**
 * Makes every field of Mutation nullable. If a non-null field fails, GraphQL sets its parent to null too: one refused
 * mutation would discard the results of the others in the request, for example a claim with its token. Resolvers still
 * always return a value or throw.
 *
 * Describes the `input` argument and its type by the name of the mutation: their fields carry the content.
 */
class MutationPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    if (config.parentType !== 'Mutation') return config
    const { input } = config.args
    const nullable = { ...config, type: { ...config.type, nullable: true } }
    if (input === undefined) return nullable
    return { ...nullable, args: { ...config.args, input: { ...input, description: inputOf(config.name) } } }
  }

  override onTypeConfig(config: PothosTypeConfig): PothosTypeConfig {
    const mutation = /^(.)(.*)Input$/.exec(config.name)
    if (config.kind !== 'InputObject' || config.description !== undefined || mutation === null) return config
    const [, first = '', rest = ''] = mutation
    return { ...config, description: inputOf(`${first.toLowerCase()}${rest}`) }
  }
}

function inputOf(mutation: string): string {
  return `Input for \`${mutation}\`.`
}

SchemaBuilder.registerPlugin('mutation', MutationPlugin)
