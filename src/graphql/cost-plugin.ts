import SchemaBuilder, { BasePlugin } from '@pothos/core'
import type { PothosOutputFieldConfig, SchemaTypes } from '@pothos/core'
import type { FieldComplexityValue } from '@pothos/plugin-complexity'
import { pageSize } from './keyset-connection.js'

declare global {
  // Pothos learns of a plugin by this declaration.
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      cost: CostPlugin<Types>
    }
  }
}

/** The arguments of any field that determine the size of a list or the work to find it. */
export const COST_ARGUMENTS: ReadonlySet<string> = new Set(['first', 'last', 'ids', 'filter'])

const MAX_LIST = 1_000

type Cost = (args: Record<string, unknown>) => FieldComplexityValue

/**
 * Sets the cost of list fields: their selection times the maximum length of the list. It is derived from the arguments
 * that every list of this API has, so that no list can be forgotten. For lists without these arguments, the complexity
 * plugin's own rule (ten per list) applies.
 *
 * Must come after the complexity plugin in the builder's list.
 */
class CostPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const complexity = costOf(config)
    if (complexity === null) return config
    return Object.assign({}, config, { pothosOptions: { ...config.pothosOptions, complexity } })
  }
}

function costOf<Types extends SchemaTypes>(config: PothosOutputFieldConfig<Types>): Cost | FieldComplexityValue | null {
  const { name, parentType, args, type } = config
  if ('first' in args && 'last' in args) {
    return (given) => ({ field: 1 + searchCost(given['filter']), multiplier: pageSize(given) })
  }
  if ('first' in args && type.kind === 'List') return ({ first }) => ({ field: 1, multiplier: listSize(first) })
  if ('ids' in args) return ({ ids }) => ({ field: 1, multiplier: Array.isArray(ids) ? ids.length : 1 })
  // The field that returns the connection counts its entries.
  if (parentType.endsWith('Connection') && (name === 'edges' || name === 'nodes')) return { field: 1, multiplier: 1 }
  return null
}

/** Cost of a text search, which reads up to PAGE_REACH entries. */
const SEARCH = 2_000

function searchCost(filter: unknown): number {
  const search = (filter as { search?: unknown } | null | undefined)?.search
  return typeof search === 'string' && search !== '' ? SEARCH : 0
}

/** Capped: the field itself refuses larger numbers. */
function listSize(first: unknown): number {
  return typeof first === 'number' ? Math.min(first, MAX_LIST) : MAX_LIST
}

SchemaBuilder.registerPlugin('cost', CostPlugin)
