import { createHmac } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isRecord, jsonLine, text } from './child-process.js'

type Environment = Readonly<Record<string, string | undefined>>
/** Hashes values that must not leave this machine. Equal values have equal hashes. */
export type Fingerprint = (...parts: string[]) => string

/** `salt` is a secret of this machine. Without it, short or public account names could be guessed. */
export function fingerprints(salt: Uint8Array): Fingerprint {
  return (...parts) => createHmac('sha256', salt).update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
}

/** The fingerprint of a session store. It uses the path, not the inode, because the first session creates the directory. */
export function storeFingerprint(fingerprint: Fingerprint, directory: string): string {
  return fingerprint('store', resolved(directory))
}

/** Claude Code's account: the API key if there is one, else the signed-in account. */
export async function claudeAccount(fingerprint: Fingerprint, { home, environment }: UserHome): Promise<string | null> {
  const key = text(environment.ANTHROPIC_API_KEY) ?? text(environment.ANTHROPIC_AUTH_TOKEN)
  const service = text(environment.ANTHROPIC_BASE_URL) ?? ''
  if (key !== null) return fingerprint('claude', 'key', service, key)
  const own = text(environment.CLAUDE_CONFIG_DIR)
  const account = (await readJson(join(own ?? home, '.claude.json')))?.oauthAccount
  const id = isRecord(account) ? text(account.accountUuid) : null
  return id === null ? null : fingerprint('claude', 'account', service, id)
}

/** Codex's account. A login and an API key are two accounts, because neither can read what the other has encrypted. */
export async function codexAccount(fingerprint: Fingerprint, { home, environment }: UserHome): Promise<string | null> {
  const auth = await readJson(join(codexHome({ home, environment }), 'auth.json'))
  const id = isRecord(auth?.tokens) ? text(auth.tokens.account_id) : null
  if (id !== null) return fingerprint('codex', 'account', id)
  const key = text(environment.CODEX_API_KEY) ?? text(auth?.OPENAI_API_KEY) ?? text(environment.OPENAI_API_KEY)
  return key === null ? null : fingerprint('codex', 'key', key)
}

export interface UserHome {
  home: string
  environment: Environment
}

export function claudeHome({ home, environment }: UserHome): string {
  return text(environment.CLAUDE_CONFIG_DIR) ?? join(home, '.claude')
}

export function codexHome({ home, environment }: UserHome): string {
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
