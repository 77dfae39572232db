import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { terminalOf } from '../../src/cli/run-command.js'
import { carryOutToken } from '../../src/cli/token-command.js'
import { tokenCommand } from '../../src/cli/token-options.js'
import { parsed } from './parsed.js'
import type { Database } from '../../src/database/sql.js'
import { authenticate } from '../../src/use-cases/authenticate.js'
import { requestGraphQL } from '../support/graphql-request.js'
import { startServer } from '../support/server-process.js'
import { makeWorld, workspaceBeside } from '../support/services.js'
import type { World } from '../support/services.js'
import { describePostgres, forEachDatabase } from '../support/test-database.js'

async function run(database: Database, ...args: string[]): Promise<{ output: string; notes: string }> {
  let output = ''
  let notes = ''
  const terminal = terminalOf({ isTTY: false, write: (text) => (output += text) })
  const command = tokenCommand(async (request) => {
    expect(await carryOutToken(request, (text) => (notes += text))({ database, terminal })).toBe(0)
  })
  await parsed(command, args)
  return { output, notes }
}

forEachDatabase((open) => {
  let database: Database
  let world: World

  beforeAll(async () => {
    database = await open()
    world = await makeWorld(database)
  })

  const created = async (...args: string[]) =>
    JSON.parse((await run(database, 'create', '--json', ...args)).output) as {
      token: { id: string; kind: string; expiresAt: string | null; createdAt: string }
      secret: string
    }

  it('create prints only the secret to standard output, and the secret is valid', async () => {
    const { output, notes } = await run(database, 'create', '--name', 'Laptop', '--daemon', 'laptop')
    expect(output).toMatch(/^baton_[\w-]{43}\n$/)
    expect(notes).toMatch(/^tok_\w{26} {2}ws_\w{26} {2}DAEMON laptop {2}"Laptop" {2}never expires, never used\n/)
    expect(notes).not.toContain(output.trim())
    expect(await authenticate(world.services, output.trim())).toMatchObject({
      workspaceId: world.caller.workspaceId,
      name: 'Laptop',
      kind: 'DAEMON',
      daemonId: 'laptop',
    })
  })

  it('create --json writes one line, with everything but the hash', async () => {
    const { token, secret } = await created('--name', 'CI', '--kind', 'viewer', '--expires', '90d')
    expect(token).toMatchObject({ name: 'CI', kind: 'VIEWER', revokedAt: null })
    expect(Date.parse(String(token.expiresAt)) - Date.parse(token.createdAt)).toBe(90 * 86_400_000)
    expect(Object.keys(token)).not.toContain('hash')
    expect(secret).toMatch(/^baton_/)
  })

  it('list shows every token with its state, and no secret', async () => {
    const { token, secret } = await created('--name', 'Old', '--kind', 'MEMBER')
    await run(database, 'revoke', token.id)
    const { output } = await run(database, 'list')
    expect(output).toMatch(new RegExp(`^${token.id} {2}ws_\\w+ {2}MEMBER {2}"Old" {2}revoked \\S+, never used$`, 'm'))
    const json = (await run(database, 'list', '--json')).output
    expect((JSON.parse(json) as { tokens: { id: string }[] }).tokens.map(({ id }) => id)).toContain(token.id)
    expect(output + json).not.toContain(secret.slice(6))
    expect(json).not.toContain('hash')
  })

  it('revoke ends a token permanently', async () => {
    const { token, secret } = await created('--name', 'Short', '--kind', 'ADMIN')
    expect(await authenticate(world.services, secret)).not.toBeNull()
    await run(database, 'revoke', token.id, '--json')
    expect(await authenticate(world.services, secret)).toBeNull()
    await run(database, 'revoke', token.id)
  })

  it.each([
    [[], /^Usage: token /],
    [['destroy'], /unknown command 'destroy'/],
    [['create', '--kind', 'ADMIN'], /'--name <name>' not specified/],
    [['create', '--name', ' ', '--kind', 'ADMIN'], /'--name <name>' argument ' ' is invalid/],
    [['create', '--name', 'x'], /--kind takes one of ROOT, ADMIN/],
    [['create', '--name', 'x', '--kind', 'OWNER'], /It must be one of ROOT, ADMIN/],
    [['create', '--name', 'x', '--kind', 'DAEMON'], /^--daemon: A DAEMON token acts for one daemon/],
    [['create', '--name', 'x', '--kind', 'ADMIN', '--daemon', 'd'], /^--daemon: Only DAEMON tokens/],
    [['create', '--name', 'x', '--kind', 'ADMIN', '--expires', 'soon'], /It must be a time such as/],
    [['create', '--name', 'x', '--kind', 'ADMIN', '--expires', '999999999d'], /It must be a time such as/],
    [['create', '--name', 'x', '--kind', 'ADMIN', '--nme', 'x'], /unknown option '--nme'/],
    [['list', 'all'], /too many arguments/],
    [['list', '--workspace', 'Nowhere'], /There is no workspace Nowhere/],
    [['revoke'], /missing required argument 'tokenId'/],
    [['revoke', 'tok_01h2xcejqtf2nbrexx3vqjhp41'], /There is no token tok_01h2xcejqtf2nbrexx3vqjhp41/],
  ])('%j is refused in one sentence and creates nothing', async (args, problem) => {
    const before = (await run(database, 'list')).output
    await expect(run(database, ...args)).rejects.toThrow(problem)
    expect((await run(database, 'list')).output).toBe(before)
  })

  describe('with several workspaces', () => {
    it('create needs the name of one, and list shows the tokens of one or of all', async () => {
      const { caller } = await workspaceBeside(world)
      await expect(created('--name', 'x', '--kind', 'ADMIN')).rejects.toThrow(/several workspaces.*\n.*ws_/)
      const { token } = await created('--name', 'Theirs', '--kind', 'ADMIN', '--workspace', caller.workspaceId)
      expect((await run(database, 'list', '--workspace', caller.workspaceId)).output).toContain(token.id)
      expect((await run(database, 'list', '--workspace', world.caller.workspaceId)).output).not.toContain(token.id)
      expect((await run(database, 'list')).output).toContain(token.id)
    })
  })
})

describePostgres('baton token, beside a running server', (open) => {
  it('creates a token that the server accepts at once, and a revoked token stops within seconds', async () => {
    const { connectionString } = await open()
    const server = await startServer({ env: { DATABASE_URL: connectionString } })
    const program = fileURLToPath(new URL('../../dist/cli/baton.js', import.meta.url))
    const token = async (...args: string[]) =>
      (
        await promisify(execFile)(process.execPath, [program, 'token', ...args], {
          env: { PATH: process.env['PATH'], DATABASE_URL: connectionString },
        })
      ).stdout
    const { secret, token: made } = JSON.parse(await token('create', '--name', 'CLI', '--kind', 'ADMIN', '--json')) as {
      secret: string
      token: { id: string }
    }
    const ask = () => requestGraphQL(server.url, secret, '{ viewer { kind } }')
    expect(await ask()).toMatchObject({ data: { viewer: { kind: 'ADMIN' } } })
    await token('revoke', made.id)
    await vi.waitFor(
      async () => expect(await ask()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }),
      { timeout: 60_000, interval: 500 },
    )
  })
})
