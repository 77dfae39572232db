import { describe, expect, it } from 'vitest'
import type { SourceAgent } from '../../src/import/source/source-rows.js'
import { configOf } from '../../src/import/translate/agent-config.js'
import { minute } from './given-rows.js'

const given = (row: Partial<SourceAgent>) =>
  configOf({
    id: 'a',
    name: 'Ada',
    runtimeId: null,
    maxConcurrentTasks: 1,
    instructions: null,
    model: null,
    customEnv: {},
    customArgs: [],
    mcpConfig: null,
    thinkingLevel: null,
    serviceTier: null,
    skills: null,
    archivedAt: null,
    createdAt: minute(0),
    ...row,
  })

it('an agent keeps its instructions', () => {
  const row = { instructions: 'Be kind.', model: 'opus', thinkingLevel: 'high', serviceTier: 'priority' }
  expect(given(row)).toEqual({
    config: { instructions: 'Be kind.', model: 'opus', effort: 'high', serviceTier: 'priority' },
    notes: [],
  })
})

it('skills are kept by name only, and the report says so', () => {
  const { config, notes } = given({ skills: ['deploy', 'review'] })
  expect(config).toEqual({ skills: ['deploy', 'review'] })
  expect(notes).toEqual(['agent Ada (a): skills are imported by name only: deploy, review'])
})

describe('a variable', () => {
  it.each([
    ['LANG', 'de_DE.UTF-8'],
    ['HTTP_PROXY', 'http://proxy.local:3128'],
    ['PATH_TO', '/usr/local/share/some/long/path/to/1'],
    ['RETRIES', 3],
  ])('%s=%s is imported', (name, value) => {
    expect(given({ customEnv: { [name]: value } })).toEqual({ config: { env: { [name]: String(value) } }, notes: [] })
  })

  it.each([
    ['OPENAI_API_KEY', 'x'],
    ['GH_TOKEN', 'x'],
    ['DB_PASSWORD', ''],
    ['WHATEVER', 'sk-proj-0123456789abcdefghij'],
    ['DATABASE', 'postgres://ada:hunter2@db/app'],
    ['HEADER', 'Bearer abc'],
  ])('%s=%s looks secret: its name is reported, and its value is nowhere', (name, value) => {
    const said = given({ customEnv: { [name]: value } })
    expect(said).toEqual({
      config: {},
      notes: [`agent Ada (a): variable ${name} looks secret and is left out: give it to the agent yourself`],
    })
  })
})

it('arguments are imported, except those that look secret', () => {
  const customArgs = ['--verbose', '--api-key', 'hunter2', '--token=hunter2', '--model=opus', '--dir', '/work']
  const { config, notes } = given({ customArgs })
  expect(config).toEqual({ args: ['--verbose', '--api-key', '--model=opus', '--dir', '/work'] })
  expect(notes.join()).toMatch(/argument --api-key looks secret.*argument --token looks secret/)
  expect(JSON.stringify({ config, notes })).not.toContain('hunter2')
})

it('MCP servers are imported without values that look secret', () => {
  const mcpConfig = {
    mcpServers: {
      files: { command: 'mcp-files', args: ['/work'], env: { ROOT: '/work', API_KEY: 'hunter2' } },
      web: { type: 'http', url: 'https://mcp.example.com/', headers: { Authorization: 'hunter2', 'X-Team': 'a' } },
    },
  }
  const { config, notes } = given({ mcpConfig })
  expect(config).toEqual({
    mcpServers: {
      files: { command: 'mcp-files', args: ['/work'], env: { ROOT: '/work' } },
      web: { type: 'http', url: 'https://mcp.example.com/', headers: { 'X-Team': 'a' } },
    },
  })
  expect(notes).toHaveLength(2)
  expect(JSON.stringify({ config, notes })).not.toContain('hunter2')
})

it('keys that do not match the documentation are left out and named', () => {
  expect(given({ mcpConfig: { mcpServers: { odd: { transport: 'pigeon' } } }, model: 'opus' })).toEqual({
    config: { model: 'opus' },
    notes: ['agent Ada (a): mcpServers does not match docs/agents.md, and is left out'],
  })
})
