import { beforeAll, expect, it, vi } from 'vitest'
import { statement } from '../../../src/database/sql.js'
import type { Sql } from '../../../src/database/sql.js'
import { authenticate } from '../../../src/use-cases/authenticate.js'
import { ensureFirstToken } from '../../../src/use-cases/bootstrap.js'
import { createToken } from '../../../src/use-cases/create-token.js'
import { createWorkspace } from '../../../src/use-cases/create-workspace.js'
import { revokeToken } from '../../../src/use-cases/revoke-token.js'
import { callerIn, codeOf, makeWorld, servicesOver, valueOf } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

const TOKENS = statement('test_tokens', `SELECT to_jsonb(t)::text AS row, t.* FROM api_token t WHERE id = $1`)

forEachDatabase((open) => {
  let world: World

  beforeAll(async () => {
    world = await makeWorld(await open())
  })

  const make = async (input: Partial<Parameters<typeof createToken>[2]> = {}) =>
    valueOf(await createToken(world.services, world.caller, { name: 'A token', kind: 'MEMBER', ...input }))

  async function rowOf({ id }: { id: string }): Promise<{ row: string; lastUsedAt: Date | null }> {
    const [row] = await world.services.database.sql.rows<{ row: string; lastUsedAt: Date | null }>(TOKENS, [id])
    if (row === undefined) throw new Error('It is gone.')
    return row
  }

  it('a valid secret identifies its caller, and any other text does not', async () => {
    const { token, secret } = await make({ kind: 'DAEMON', daemonId: 'laptop', name: 'Laptop' })
    expect(await authenticate(world.services, secret)).toEqual({
      workspaceId: world.caller.workspaceId,
      tokenId: token.id,
      name: 'Laptop',
      kind: 'DAEMON',
      daemonId: 'laptop',
    })
    expect(await authenticate(world.services, `${secret}x`)).toBeNull()
    expect(await authenticate(world.services, '')).toBeNull()
    expect(await authenticate(world.services, (await rowOf(token)).row)).toBeNull()
  })

  it('a secret is random, has a prefix, and is stored only as a hash', async () => {
    const [{ token, secret }, other] = [await make(), await make()]
    expect(secret).toMatch(/^baton_[\w-]{43}$/)
    expect(other.secret).not.toBe(secret)
    expect((await rowOf(token)).row).not.toContain(secret.slice(6))
  })

  it('a token ends when it expires', async () => {
    const { secret } = await make({ expiresInSeconds: 10 })
    world.clock.pass(9)
    expect(await authenticate(world.services, secret)).not.toBeNull()
    world.clock.pass(1)
    expect(await authenticate(world.services, secret)).toBeNull()
  })

  it('a token ends permanently when it is revoked', async () => {
    const { token, secret } = await make()
    const revoked = valueOf(await revokeToken(world.services, world.caller, { tokenId: token.id })).token
    world.clock.pass(1)
    expect(await authenticate(world.services, secret)).toBeNull()
    const again = valueOf(await revokeToken(world.services, world.caller, { tokenId: token.id })).token
    expect(again.revokedAt).toEqual(revoked.revokedAt)
  })

  it('the last use is recorded at most once a minute', async () => {
    const { token, secret } = await make()
    expect((await rowOf(token)).lastUsedAt).toBeNull()
    await authenticate(world.services, secret)
    const first = world.clock.now()
    await expect.poll(async () => (await rowOf(token)).lastUsedAt).toEqual(first)
    world.clock.pass(60)
    await authenticate(world.services, secret)
    expect((await rowOf(token)).lastUsedAt).toEqual(first)
    world.clock.pass(1)
    await authenticate(world.services, secret)
    await expect.poll(async () => (await rowOf(token)).lastUsedAt).toEqual(world.clock.now())
  })

  it('a token is accepted even if its last use cannot be recorded', async () => {
    const { secret } = await make()
    const { services } = world
    const fails = vi.fn(() => Promise.reject(new Error('cannot execute UPDATE in a read-only transaction')))
    for (const noted of [fails, vi.fn(() => new Promise<never>(() => undefined))]) {
      const sql: Sql = {
        rows: (asked, values) => (asked.name === 'use_token' ? noted() : services.database.sql.rows(asked, values)),
      }
      const caller = await authenticate({ ...services, database: { ...services.database, sql } }, secret)
      expect(caller).toMatchObject({ kind: 'MEMBER' })
      expect(noted).toHaveBeenCalledOnce()
    }
  })

  it('only ROOT tokens create and revoke ROOT tokens', async () => {
    const { services, caller } = world
    const root = callerIn(caller.workspaceId, 'ROOT')
    expect(codeOf(await createToken(services, caller, { name: 'Boss', kind: 'ROOT' }))).toBe('FORBIDDEN')
    const { token, secret } = valueOf(await createToken(services, root, { name: 'Boss', kind: 'ROOT' }))
    expect(codeOf(await revokeToken(services, caller, { tokenId: token.id }))).toBe('FORBIDDEN')
    expect((await authenticate(services, secret))?.kind).toBe('ROOT')
    expect(codeOf(await revokeToken(services, root, { tokenId: token.id }))).toBe('ACCEPTED')
  })

  it('a DAEMON token names its daemon, and no other kind does', async () => {
    const { services, caller } = world
    expect(codeOf(await createToken(services, caller, { name: 'D', kind: 'DAEMON' }))).toBe('BAD_USER_INPUT')
    const named = { name: 'M', kind: 'MEMBER' as const, daemonId: 'laptop' }
    expect(codeOf(await createToken(services, caller, named))).toBe('BAD_USER_INPUT')
  })

  it('a new workspace has its own ADMIN token', async () => {
    const { workspace, secret } = valueOf(await createWorkspace(world.services, world.caller, { name: 'New' }))
    expect(await authenticate(world.services, secret)).toMatchObject({ workspaceId: workspace.id, kind: 'ADMIN' })
  })

  it('the first start creates one ROOT token, even with several servers; later starts create none', async () => {
    const fresh = servicesOver(await open(), world.clock)
    const starts = await Promise.all([1, 2, 3].map(() => ensureFirstToken(fresh, null)))
    const secrets = starts.flatMap(({ secret }) => secret ?? [])
    expect(secrets).toHaveLength(1)
    expect(new Set(starts.map(({ workspaceId }) => workspaceId)).size).toBe(1)
    expect(await authenticate(fresh, secrets[0] ?? '')).toMatchObject({ kind: 'ROOT' })
    expect((await ensureFirstToken(fresh, null)).secret).toBeNull()
  })

  it('a configured ROOT secret is used and never shown', async () => {
    const fresh = servicesOver(await open(), world.clock)
    const secret = 'a-configured-secret'
    expect((await ensureFirstToken(fresh, secret)).secret).toBeNull()
    expect((await ensureFirstToken(fresh, secret)).secret).toBeNull()
    expect(await authenticate(fresh, secret)).toMatchObject({ kind: 'ROOT' })
    const count = statement('test_count_tokens', 'SELECT count(*)::int AS n FROM api_token')
    expect(await fresh.database.sql.rows(count)).toEqual([{ n: 1 }])
  })
  it('a changed secret revokes only the token of the old one, which stays revoked', async () => {
    const fresh = servicesOver(await open(), world.clock)
    const [before, after] = ['the-setting-before', 'the-setting-after']
    const { workspaceId } = await ensureFirstToken(fresh, before)
    const root = callerIn(workspaceId, 'ROOT')
    const made = valueOf(await createToken(fresh, root, { name: 'Owner', kind: 'ROOT' }))
    const starts = await Promise.all([1, 2, 3].map(() => ensureFirstToken(fresh, after)))
    expect(starts.map(({ configuredHasEnded }) => configuredHasEnded)).toEqual([false, false, false])
    expect(await authenticate(fresh, before)).toBeNull()
    expect(await authenticate(fresh, after)).toMatchObject({ kind: 'ROOT' })
    // A server that still has the old setting starts: it brings nothing back, and ends nothing.
    expect((await ensureFirstToken(fresh, before)).configuredHasEnded).toBe(true)
    expect(await authenticate(fresh, before)).toBeNull()
    expect(await authenticate(fresh, after)).toMatchObject({ kind: 'ROOT' })
    // Without the setting all stays as it is.
    await ensureFirstToken(fresh, null)
    expect(await authenticate(fresh, after)).toMatchObject({ kind: 'ROOT' })
    expect(await authenticate(fresh, made.secret)).toMatchObject({ kind: 'ROOT' })
  })

  it('a configured token that was revoked by hand stays revoked', async () => {
    const fresh = servicesOver(await open(), world.clock)
    const { workspaceId } = await ensureFirstToken(fresh, 'the-only-setting')
    const tokenId = (await authenticate(fresh, 'the-only-setting'))?.tokenId ?? ''
    valueOf(await revokeToken(fresh, callerIn(workspaceId, 'ROOT'), { tokenId }))
    expect((await ensureFirstToken(fresh, 'the-only-setting')).configuredHasEnded).toBe(true)
    expect(await authenticate(fresh, 'the-only-setting')).toBeNull()
  })
})
