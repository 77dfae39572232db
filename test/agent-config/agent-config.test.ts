import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { AGENT_CONFIG_SCHEMA, agentConfig } from '../../src/agent-config/agent-config.js'

const problemsOf = (config: unknown) =>
  (agentConfig.safeParse(config).error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`)

describe('an agent’s config', () => {
  it('keeps unknown keys at every level', () => {
    const config = {
      model: 'opus',
      instructions: 'Be brief.',
      permissions: 'edit',
      effort: 'high',
      args: ['--x'],
      env: { A: 'b' },
      limits: { idleSeconds: 600, totalSeconds: 7_200, own: true },
      mcpServers: {
        local: { command: 'mcp', args: ['-v'], env: { TOKEN: 'x' }, own: 1 },
        far: { type: 'http', url: 'https://example.com/mcp', headers: { a: 'b' }, own: [] },
      },
      own: { anything: [1, null] },
    }
    expect(agentConfig.parse(config)).toEqual(config)
    expect(agentConfig.parse({})).toEqual({})
  })

  test.each([
    [{ model: 1 }, 'model must be a string.'],
    [{ model: '' }, 'model must not be empty.'],
    [{ model: null }, 'model must be a string.'],
    [{ instructions: ['x'] }, 'instructions must be a string.'],
    [{ permissions: 'write' }, 'permissions must be read, edit or all.'],
    [{ env: 'A=b' }, 'env must be an object whose values are strings.'],
    [{ env: { A: 1 } }, 'env.A must be a string.'],
    [{ env: { 'A B': '' } }, 'env.A B must be the name of an environment variable: letters, digits and _.'],
    [{ args: '--x' }, 'args must be a list of strings.'],
    [{ args: ['--x', 1] }, 'args.1 must be a string.'],
    [{ effort: 3 }, 'effort must be a string.'],
    [{ limits: 60 }, 'limits must be an object.'],
    [{ limits: { idleSeconds: '60' } }, 'limits.idleSeconds must be a whole number from 1 to 604,800.'],
    [{ limits: { idleSeconds: 0 } }, 'limits.idleSeconds must be a whole number from 1 to 604,800.'],
    [{ limits: { totalSeconds: 1.5 } }, 'limits.totalSeconds must be a whole number from 1 to 604,800.'],
    [{ mcpServers: [] }, 'mcpServers must be an object: a server for each name.'],
    [
      { mcpServers: { a: { args: [] } } },
      'mcpServers.a must have a command (with args and env), or a type http or sse and a url (with headers).',
    ],
    [[], ' must be an object.'],
    ['opus', ' must be an object.'],
  ])('%j is refused with its path and the expected value', (config, problem) => {
    expect(problemsOf(config)).toEqual([problem])
  })
})

test('docs/agents.md shows the JSON Schema that the API validates with', () => {
  const page = readFileSync(new URL('../../docs/agents.md', import.meta.url), 'utf8')
  const [, shown = ''] = /```json\n([^]*?)```/.exec(page) ?? []
  expect(JSON.parse(shown)).toEqual(AGENT_CONFIG_SCHEMA)
})
