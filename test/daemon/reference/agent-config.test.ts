import { expect, test } from 'vitest'
import { readConfig } from '../../../src/daemon/reference/agent-config.js'

const daemon = { permissions: 'edit', env: ['TZ'], args: ['--verbose', '--add-dir='], cannot: [] } as const

test.each([
  ['read', 'read'],
  ['edit', 'edit'],
  ['all', 'edit'],
  ['everything', 'edit'],
  [undefined, 'edit'],
])('a config that asks for permissions %s gets %s from a daemon that allows edit', (permissions, got) => {
  expect(readConfig({ permissions }, daemon).settings.permissions).toBe(got)
})

test('only variables and arguments that the daemon names are passed on', () => {
  const config = { env: { TZ: 'UTC', PATH: '/x' }, args: ['--verbose', '--add-dir=/a', '--yolo'] }
  const { settings, notes } = readConfig(config, daemon)
  expect(settings).toMatchObject({ env: { TZ: 'UTC' }, args: ['--verbose', '--add-dir=/a'] })
  expect(notes).toHaveLength(2)
})

test('an MCP server that is a program starts only with --permissions all', () => {
  const mcpServers = { run: { command: 'sh' }, docs: { type: 'http', url: 'https://docs.example' } }
  const { settings, notes } = readConfig({ mcpServers }, daemon)
  expect(Object.keys(settings.mcpServers)).toEqual(['docs'])
  expect(notes).toEqual([
    'The config’s MCP server run is a program: this daemon starts it only with --permissions all.',
  ])
  const all = readConfig({ mcpServers }, { ...daemon, permissions: 'all' })
  expect(Object.keys(all.settings.mcpServers)).toEqual(['run', 'docs'])
})
