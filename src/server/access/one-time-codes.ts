import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../database/clock.js'
import { newId } from '../../database/ids.js'
import type { Database } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import type { Workspace } from '../../generated/prisma/client.js'
import type { Config } from '../settings/config.js'

/** How long a code is valid. */
export const CODE_MINUTES = 10

/**
 * Codes that a browser exchanges for a token of its own (browser-session.ts), each once. Only their hashes are stored,
 * in a place that only the server's owner can write to. So `baton open` can create one without the server.
 */
export interface OneTimeCodes {
  /** Creates a code. */
  make(): Promise<string>
  /** Uses the code up. Resolves with whether it was valid. */
  redeem(code: string): Promise<boolean>
}

export function codesOf(
  config: Pick<Config, 'databaseUrl' | 'dataDirectory'>,
  database: Pick<Database, 'sql'> | null,
  clock: Clock,
): OneTimeCodes {
  if (config.databaseUrl === null || database === null) return new DirectoryCodes(config.dataDirectory, clock)
  return new DatabaseCodes(database, clock)
}

const newCode = (): string => randomBytes(24).toString('base64url')
const hashOf = (code: string): string => createHash('sha256').update(code).digest('hex')

const ORIGIN = 'origin'

/**
 * Stores one file per code in the directory of the embedded database, which only its user can access. The running
 * server has that database open, so another process of the same user can reach the server only this way.
 */
export class DirectoryCodes implements OneTimeCodes {
  private readonly folder: string

  constructor(
    dataDirectory: string,
    private readonly clock: Clock,
  ) {
    this.folder = join(dataDirectory, 'codes')
  }

  async make(): Promise<string> {
    const code = newCode()
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    this.forgetOld()
    writeFileSync(this.fileOf(code), '', { mode: 0o600, flag: 'wx' })
    return code
  }

  /** Each start creates a code, and most are never redeemed. */
  private forgetOld(): void {
    for (const name of readdirSync(this.folder)) {
      const file = join(this.folder, name)
      const made = statSync(file, { throwIfNoEntry: false })?.mtimeMs
      if (name !== ORIGIN && made !== undefined && this.isOld(made)) rmSync(file, { force: true })
    }
  }

  private isOld(madeAt: number): boolean {
    return this.clock.now().getTime() - madeAt >= CODE_MINUTES * 60_000
  }

  async redeem(code: string): Promise<boolean> {
    try {
      const { mtimeMs } = statSync(this.fileOf(code))
      // Of two concurrent callers, only one can remove the file.
      unlinkSync(this.fileOf(code))
      return !this.isOld(mtimeMs)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw error
    }
  }

  /** The address of this directory's server; null before its first start. */
  origin(): string | null {
    try {
      return readFileSync(join(this.folder, ORIGIN), 'utf8')
    } catch {
      return null
    }
  }

  tellOrigin(origin: string): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    writeFileSync(join(this.folder, ORIGIN), origin, { mode: 0o600 })
  }

  private fileOf(code: string): string {
    return join(this.folder, hashOf(code))
  }
}

const CODE_NAME = 'One-time code of npm run open'
const FIRST_WORKSPACE = statement('workspace_of_code', 'SELECT * FROM workspace ORDER BY id LIMIT 1')
const PUT = statement(
  'put_code',
  `INSERT INTO api_token ("workspaceId", id, name, kind, hash, "createdAt", "expiresAt")
   VALUES ($1, $2, '${CODE_NAME}', 'ROOT', $3, $4, $5)`,
)
const FORGET_OLD = statement(
  'forget_codes',
  `DELETE FROM api_token WHERE name = '${CODE_NAME}' AND "revokedAt" IS NULL AND "expiresAt" <= $1`,
)
const TAKE = statement(
  'take_code',
  `UPDATE api_token SET "revokedAt" = $2, "lastUsedAt" = $2
    WHERE hash = $1 AND name = '${CODE_NAME}' AND "revokedAt" IS NULL AND "expiresAt" > $2 RETURNING id`,
)

/**
 * Stores codes in the table of tokens, where the owner can see them. A code is not a token: its stored hash has another
 * form than a token's (token-secret.ts), so it is not valid in an Authorization header.
 */
class DatabaseCodes implements OneTimeCodes {
  constructor(
    private readonly database: Pick<Database, 'sql'>,
    private readonly clock: Clock,
  ) {}

  async make(): Promise<string> {
    const { sql } = this.database
    const [workspace] = await sql.rows<Workspace>(FIRST_WORKSPACE)
    if (workspace === undefined)
      throw new Error('There is no workspace yet. The first start of the server creates one.')
    const code = newCode()
    const now = this.clock.now()
    const until = new Date(now.getTime() + CODE_MINUTES * 60_000)
    await sql.rows(FORGET_OLD, [now])
    await sql.rows(PUT, [workspace.id, newId('tok'), `code:${hashOf(code)}`, now, until])
    return code
  }

  async redeem(code: string): Promise<boolean> {
    const taken = await this.database.sql.rows(TAKE, [`code:${hashOf(code)}`, this.clock.now()])
    return taken.length > 0
  }
}
