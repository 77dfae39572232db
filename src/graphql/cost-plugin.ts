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

/** The arguments that say how long a list may become and how it is found, whatever field they belong to. */
export const COST_ARGUMENTS: ReadonlySet<string> = new Set(['first', 'last', 'ids', 'filter'])

const MAX_LIST = 1_000

type Cost = (args: Record<string, unknown>) => FieldComplexityValue

/**
 * What a field costs beyond itself: its selection, as often as its list may hold it. By the arguments that every list of
 * this API has, so that none can be forgotten. The complexity plugin's own rule, ten for a list, is for lists without.
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
  // Its entries are counted where the connection is asked for.
  if (parentType.endsWith('Connection') && (name === 'edges' || name === 'nodes')) return { field: 1, multiplier: 1 }
  return null
}

/** Each entry within reach is read for it: see PAGE_REACH. */
const SEARCH = 2_000

function searchCost(filter: unknown): number {
  const search = (filter as { search?: unknown } | null | undefined)?.search
  return typeof search === 'string' && search !== '' ? SEARCH : 0
}

/** Numbers beyond what such a list takes are for the field to refuse. */
function listSize(first: unknown): number {
  return typeof first === 'number' ? Math.min(first, MAX_LIST) : MAX_LIST
}

SchemaBuilder.registerPlugin('cost', CostPlugin)
