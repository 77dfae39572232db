import SchemaBuilder, { BasePlugin } from '@pothos/core'
import type { PothosOutputFieldConfig, SchemaTypes } from '@pothos/core'

declare global {
  // Pothos learns of a plugin by this declaration.
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      mutation: MutationPlugin<Types>
    }
  }
}

/**
 * Makes every field of Mutation nullable. GraphQL puts null in the place of a refused field, and of all around it that
 * may not be null: were these fields non-null, one refusal would take the answers of the other mutations of its request
 * with it, a claim with its token for example. A resolver still always answers or throws.
 */
class MutationPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    if (config.parentType !== 'Mutation') return config
    return { ...config, type: { ...config.type, nullable: true } }
  }
}

SchemaBuilder.registerPlugin('mutation', MutationPlugin)
