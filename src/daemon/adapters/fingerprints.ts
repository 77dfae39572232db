import { createHmac } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isRecord, jsonLine, text } from './child-process.js'

type Environment = Readonly<Record<string, string | undefined>>
/** Turns what must not leave this machine into something that only shows whether it is still the same. */
export type Fingerprint = (...parts: string[]) => string

/** `salt`: a secret of this machine. Without it, short or public account names could be found by trying. */
export function fingerprints(salt: Uint8Array): Fingerprint {
  return (...parts) => createHmac('sha256', salt).update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
}

/** Where sessions are kept. Not by inode: a store that its first session will make is the same store afterwards. */
export function storeFingerprint(fingerprint: Fingerprint, directory: string): string {
  return fingerprint('store', resolved(directory))
}

/** Whose Claude Code this is: the signed-in account, else the API key. */
export async function claudeAccount(fingerprint: Fingerprint, { home, environment }: Place): Promise<string | null> {
  const key = text(environment.ANTHROPIC_API_KEY) ?? text(environment.ANTHROPIC_AUTH_TOKEN)
  const service = text(environment.ANTHROPIC_BASE_URL) ?? ''
  if (key !== null) return fingerprint('claude', 'key', service, key)
  const own = text(environment.CLAUDE_CONFIG_DIR)
  const account = (await readJson(join(own ?? home, '.claude.json')))?.oauthAccount
  const id = isRecord(account) ? text(account.accountUuid) : null
  return id === null ? null : fingerprint('claude', 'account', service, id)
}

/** Whose Codex this is. What a plan's login has encrypted, an API key's cannot read: they are two accounts. */
export async function codexAccount(fingerprint: Fingerprint, { home, environment }: Place): Promise<string | null> {
  const auth = await readJson(join(codexHome({ home, environment }), 'auth.json'))
  const id = isRecord(auth?.tokens) ? text(auth.tokens.account_id) : null
  if (id !== null) return fingerprint('codex', 'account', id)
  const key = text(environment.CODEX_API_KEY) ?? text(auth?.OPENAI_API_KEY) ?? text(environment.OPENAI_API_KEY)
  return key === null ? null : fingerprint('codex', 'key', key)
}

export interface Place {
  home: string
  environment: Environment
}

export function claudeHome({ home, environment }: Place): string {
  return text(environment.CLAUDE_CONFIG_DIR) ?? join(home, '.claude')
}

export function codexHome({ home, environment }: Place): string {
  return text(environment.CODEX_HOME) ?? join(home, '.codex')
}

async function readJson(file: string): Promise<Record<string, unknown> | null> {
  try {
    return jsonLine(await readFile(file, 'utf8'))
  } catch {
    return null
  }
}

function resolved(directory: string): string {
  try {
    return realpathSync(directory)
  } catch {
    return directory
  }
}
