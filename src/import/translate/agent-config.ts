import { agentConfig } from '../../agent-config/agent-config.js'
import type { SourceAgent } from '../source/source-rows.js'

const SECRET_NAME = /key|token|secret|passw|credential|auth|private|cookie|signature/i
/** Matches long texts of the characters that keys have, but no paths or words. */
const SECRET_VALUE = /^(?:(?=[^/]*\d)[\w+=.~-]{20,}|\S+:\/\/[^/\s]*:[^/\s]*@\S*|(?:bearer|basic) \S+)$/i

function looksSecret(name: string, value: string): boolean {
  return SECRET_NAME.test(name) || SECRET_VALUE.test(value)
}

/** The config of a source's agent, and notes about what is left out. Values that look secret are always left out. */
export function configOf(row: SourceAgent): { config: Record<string, unknown>; notes: string[] } {
  const notes: string[] = []
  const leave = (what: string, why: string): void => void notes.push(`agent ${row.name} (${row.id}): ${what} ${why}`)
  const secret = (what: string): void => leave(what, 'looks secret and is left out: give it to the agent yourself')
  const open = (values: unknown, of: string): Record<string, string> | undefined => {
    const kept = entriesOf(values).filter(([name, value]) => {
      if (!looksSecret(name, textOf(value))) return true
      secret(`${of} ${name}`)
      return false
    })
    return kept.length === 0 ? undefined : Object.fromEntries(kept.map(([name, value]) => [name, textOf(value)]))
  }
  const wanted: Record<string, unknown> = {
    instructions: row.instructions,
    model: row.model,
    env: open(row.customEnv, 'variable'),
    args: argumentsOf(row.customArgs, secret),
    mcpServers: serversOf(row.mcpConfig, open, secret),
    effort: row.thinkingLevel,
    serviceTier: row.serviceTier,
    skills: row.skills,
  }
  const config: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(wanted)) {
    if (value === null || value === undefined) continue
    if (agentConfig.safeParse({ [key]: value }).success) config[key] = value
    else leave(key, 'does not match docs/agents.md, and is left out')
  }
  if (row.skills !== null) leave('skills', `are imported by name only: ${row.skills.join(', ')}`)
  return { config, notes }
}

function argumentsOf(given: unknown, secret: (what: string) => void): string[] | undefined {
  if (!Array.isArray(given) || given.length === 0) return undefined
  const texts = given.map(textOf)
  const kept = texts.filter((text, index) => {
    const [, name = '', value = ''] = /^(--?[^=]+)=([^]*)$/.exec(text) ?? []
    const before = texts[index - 1] ?? ''
    const isValue = before.startsWith('-') && !before.includes('=') && !text.startsWith('-') && SECRET_NAME.test(before)
    if (!isValue && !SECRET_VALUE.test(text) && (value === '' || !looksSecret(name, value))) return true
    secret(`argument ${isValue ? before : name === '' ? String(index + 1) : name}`)
    return false
  })
  return kept.length === 0 ? undefined : kept
}

type Open = (values: unknown, of: string) => Record<string, string> | undefined

/** The servers are under `mcpServers` by name, as in a CLI's file. */
function serversOf(given: unknown, open: Open, secret: (what: string) => void): Record<string, unknown> | undefined {
  const inner = entriesOf(given).find(([key]) => key === 'mcpServers')?.[1]
  const servers = entriesOf(inner).map(([name, server]): [string, unknown] => {
    const { env, headers, args, ...rest } = Object.fromEntries(entriesOf(server))
    return [
      name,
      {
        ...rest,
        ...set(
          'args',
          argumentsOf(args, (what) => secret(`MCP server ${name}, ${what}`)),
        ),
        ...set('env', open(env, `MCP server ${name}, variable`)),
        ...set('headers', open(headers, `MCP server ${name}, header`)),
      },
    ]
  })
  return servers.length === 0 ? undefined : Object.fromEntries(servers)
}

function set(key: string, value: unknown): object {
  return value === undefined ? {} : { [key]: value }
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
