/** The part of a JSON Schema that the page reads. The server enforces the rest. */
interface Schema {
  type?: string
  description?: string
  enum?: readonly string[]
  properties?: Readonly<Record<string, Schema>>
  items?: Schema
  minimum?: number
  maximum?: number
}

type Config = Record<string, unknown>

/** The input for a value: a line of text, several lines, a choice, a number, a list with one text per line, or JSON. */
type Kind = 'text' | 'long' | 'choice' | 'number' | 'lines' | 'json'

export interface ConfigField {
  /** The path in the config, such as `limits.idleSeconds`. */
  path: string
  kind: Kind
  description: string
  choices: readonly string[]
  minimum: number | undefined
  maximum: number | undefined
}

/** The typed texts by path. An empty text leaves the key out. */
export type Draft = Readonly<Record<string, string>>

/** The path of the keys that the schema does not name. */
export const REST = ''

const LONG_TEXTS = new Set(['instructions'])

/**
 * The fields of a config, in the order of its schema. An object with described properties yields a field for each property.
 */
export function fieldsOf(schema: unknown, within = ''): ConfigField[] {
  return Object.entries((schema as Schema).properties ?? {}).flatMap(([key, one]) => {
    const path = within + key
    if (one.properties !== undefined) return fieldsOf(one, `${path}.`)
    const { description = '', minimum, maximum } = one
    return [{ path, kind: kindOf(key, one), description, choices: one.enum ?? [], minimum, maximum }]
  })
}

function kindOf(key: string, { type, enum: choices, items }: Schema): Kind {
  if (choices !== undefined) return 'choice'
  if (type === 'string') return LONG_TEXTS.has(key) ? 'long' : 'text'
  if (type === 'integer' || type === 'number') return 'number'
  return type === 'array' && items?.type === 'string' ? 'lines' : 'json'
}

/** The input texts for a config. A value that does not fit its field goes to the rest, so that nothing is lost. */
export function draftOf(config: unknown, fields: readonly ConfigField[]): Draft {
  const rest = structuredClone(isConfig(config) ? config : {})
  const draft: Record<string, string> = {}
  for (const field of fields) {
    const [value, take] = found(rest, field.path)
    const typed = typedOf(field, value)
    draft[field.path] = typed ?? ''
    if (typed !== null) take()
  }
  for (const [key, value] of Object.entries(rest))
    if (isConfig(value) && isEmptied(value, key, fields)) delete rest[key]
  draft[REST] = Object.keys(rest).length === 0 ? '' : JSON.stringify(rest, null, 2)
  return draft
}

function typedOf({ kind, choices }: ConfigField, value: unknown): string | null {
  switch (kind) {
    case 'text':
    case 'long':
      return typeof value === 'string' && (kind === 'long' || !value.includes('\n')) ? value : null
    case 'choice':
      return typeof value === 'string' && choices.includes(value) ? value : null
    case 'number':
      return typeof value === 'number' ? String(value) : null
    case 'lines': {
      const isPlain = Array.isArray(value) && value.every((one) => typeof one === 'string' && !/\n|^\s*$/.test(one))
      return isPlain ? value.join('\n') : null
    }
    case 'json':
      return value === undefined ? null : JSON.stringify(value, null, 2)
  }
}

/** Errors in the typed texts, by path: invalid JSON, and keys that occur twice. */
export type Misread = Readonly<Record<string, string>>

/** The config that the texts describe; null if there is none. */
export function configOf(draft: Draft, fields: readonly ConfigField[]): { config: Config | null } | { wrong: Misread } {
  const wrong: Record<string, string> = {}
  const rest = draft[REST]?.trim() ?? ''
  const config = rest === '' ? {} : jsonOf(rest)
  if (!isConfig(config)) return { wrong: { [REST]: 'It must be a JSON object, such as { "key": "value" }.' } }
  for (const { path, kind } of fields) {
    const typed = draft[path]?.trim() ?? ''
    if (typed === '') continue
    const value = valueOf(kind, typed)
    if (value === undefined) wrong[path] = 'It must be JSON, with keys and strings in "double quotes".'
    else if (!put(config, path.split('.'), value))
      wrong[path] = 'It is also among the other keys. Remove one of the two.'
  }
  if (Object.keys(wrong).length > 0) return { wrong }
  return { config: Object.keys(config).length === 0 ? null : config }
}

/** undefined if the text is not JSON. */
function valueOf(kind: Kind, typed: string): unknown {
  if (kind === 'number') return Number(typed)
  if (kind === 'json') return jsonOf(typed)
  if (kind === 'lines') return typed.split('\n').filter((line) => line.trim() !== '')
  return typed
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function isConfig(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a path, and a function that removes it. */
function found(config: Config, path: string): [value: unknown, take: () => void] {
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  let place: unknown = config
  for (const key of keys) place = isConfig(place) ? place[key] : undefined
  const at = place
  if (!isConfig(at)) return [undefined, () => undefined]
  return [at[last], () => void delete at[last]]
}

/** Whether the object is empty because all its keys have fields. */
function isEmptied(value: Config, key: string, fields: readonly ConfigField[]): boolean {
  return Object.keys(value).length === 0 && fields.some(({ path }) => path.startsWith(`${key}.`))
}

/** Returns false if the path already has a value. */
function put(config: Config, [key = '', ...inside]: readonly string[], value: unknown): boolean {
  if (inside.length > 0) {
    const at = (config[key] ??= {})
    return isConfig(at) && put(at, inside, value)
  }
  if (key in config) return false
  config[key] = value
  return true
}
