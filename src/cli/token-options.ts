import { Command, Option } from 'commander'
import { key, seconds } from '../graphql/input-rules.js'
import { readBy } from '../machine/command-line.js'
import type { TokenKind } from '../use-cases/calls/caller.js'
import { addDatabaseSettings } from './setting-options.js'

/** A parsed `baton token` command. */
export type TokenRequest =
  | { verb: 'create'; workspace: string | null; token: RequestedToken; json: boolean }
  | { verb: 'list'; workspace: string | null; json: boolean }
  | { verb: 'revoke'; tokenId: string; json: boolean }

export interface RequestedToken {
  name: string
  kind: TokenKind
  daemonId: string | null
  expiresInSeconds: number | null
}

const KINDS: readonly TokenKind[] = ['ROOT', 'ADMIN', 'MEMBER', 'DAEMON', 'VIEWER']
const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** The largest Int of the API: 68 years. */
const LONGEST_SECONDS = 2_147_483_647

/** `run` gets the parsed command. */
export function tokenCommand(run: (request: TokenRequest, command: Command) => Promise<void>): Command {
  const verb = (name: string, about: string): Command => addDatabaseSettings(new Command(name).description(about))
  const workspace = '--workspace <workspace>'
  const token = new Command('token').description('Creates, lists and revokes tokens, directly in the database.')
  token.addCommand(
    verb('create', 'creates a token and prints its secret, once')
      .addOption(
        new Option('--name <name>', 'what the token is for, such as "CI"')
          .makeOptionMandatory()
          .argParser(readBy(keyOf)),
      )
      .addOption(new Option('--kind <kind>', KINDS.join(', ')).argParser(readBy(kindOf)))
      .addOption(new Option('--daemon <id>', "a DAEMON token's daemon id").argParser(readBy(keyOf)))
      .option('--expires <time>', 'such as 3600s, 90m, 12h or 90d (default: never)', readBy(secondsOf))
      .option(workspace, 'an id or a name; needed if there are several')
      .option('--json', 'prints JSON')
      .action(({ name, kind, daemon, expires, workspace: asked, json }: Created, command: Command) => {
        const made = kind ?? (daemon === undefined ? undefined : 'DAEMON')
        if (made === undefined) command.error(`error: --kind takes one of ${KINDS.join(', ')}`)
        return run(
          {
            verb: 'create',
            workspace: asked ?? null,
            json: json === true,
            token: { name, kind: made, daemonId: daemon ?? null, expiresInSeconds: expires ?? null },
          },
          command,
        )
      }),
  )
  token.addCommand(
    verb('list', 'lists every token with its state')
      .option(workspace, 'an id or a name')
      .option('--json', 'prints JSON')
      .action(({ workspace: asked, json }: Pick<Created, 'workspace' | 'json'>, command: Command) =>
        run({ verb: 'list', workspace: asked ?? null, json: json === true }, command),
      ),
  )
  token.addCommand(
    verb('revoke', 'revokes a token permanently')
      .argument('<tokenId>', 'tok_..., from the list')
      .option('--json', 'prints JSON')
      .action((tokenId: string, { json }: Pick<Created, 'json'>, command: Command) =>
        run({ verb: 'revoke', tokenId, json: json === true }, command),
      ),
  )
  return token
}

interface Created {
  name: string
  kind?: TokenKind
  daemon?: string
  expires?: number
  workspace?: string
  json?: boolean
}

function keyOf(text: string): string {
  const read = key.safeParse(text)
  if (read.success) return read.data
  throw new Error('It must be 1 to 200 characters.')
}

function kindOf(text: string): TokenKind {
  const kind = KINDS.find((known) => known === text.toUpperCase())
  if (kind === undefined) throw new Error(`It must be one of ${KINDS.join(', ')}.`)
  return kind
}

function secondsOf(text: string): number {
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const read = seconds.max(LONGEST_SECONDS).safeParse(Number(count) * (UNIT_SECONDS[unit] ?? 0))
  if (!read.success) throw new Error('It must be a time such as 3600s, 90m, 12h or 90d.')
  return read.data
}
