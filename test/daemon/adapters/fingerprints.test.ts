import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  claudeAccount,
  codexAccount,
  fingerprints,
  storeFingerprint,
} from '../../../src/daemon/adapters/fingerprints.js'
import { directory } from './fake-program.js'

const hash = fingerprints(new Uint8Array(32).fill(7))

test('equal values have equal hashes, different values have different ones, and other machines have other hashes', () => {
  expect(hash('a', 'b')).toBe(hash('a', 'b'))
  expect(hash('ab')).not.toBe(hash('a', 'b'))
  expect(fingerprints(new Uint8Array(32).fill(8))('a', 'b')).not.toBe(hash('a', 'b'))
})

test('a Claude Code account is known by its id or its key, and neither can be read from the hash', async () => {
  const home = await directory()
  expect(await claudeAccount(hash, { home, environment: {} })).toBeNull()
  await writeFile(
    join(home, '.claude.json'),
    '{"oauthAccount":{"accountUuid":"1234-abcd","emailAddress":"a@b.example"}}',
  )
  const signedIn = await claudeAccount(hash, { home, environment: {} })
  const withKey = await claudeAccount(hash, { home, environment: { ANTHROPIC_API_KEY: 'sk-ant-secret' } })
  expect(signedIn).toMatch(/^[\w-]{22}$/)
  expect(withKey).toMatch(/^[\w-]{22}$/)
  expect(withKey).not.toBe(signedIn)
})

test("a plan's login and an API key are two accounts of Codex", async () => {
  const home = await directory()
  const environment = { CODEX_HOME: home }
  await writeFile(join(home, 'auth.json'), '{"OPENAI_API_KEY":"sk-one"}')
  const key = await codexAccount(hash, { home: '/nowhere', environment })
  await writeFile(join(home, 'auth.json'), '{"OPENAI_API_KEY":"sk-one","tokens":{"account_id":"acc"}}')
  const plan = await codexAccount(hash, { home: '/nowhere', environment })
  expect(new Set([key, plan, null]).size).toBe(3)
})

test('a store has one fingerprint under every path, also before its first session', async () => {
  const home = await directory()
  await mkdir(join(home, 'store'))
  await symlink(join(home, 'store'), join(home, 'link'))
  expect(storeFingerprint(hash, join(home, 'link'))).toBe(storeFingerprint(hash, join(home, 'store')))
  const later = storeFingerprint(hash, join(home, 'later'))
  await mkdir(join(home, 'later'))
  expect(storeFingerprint(hash, join(home, 'later'))).toBe(later)
})
