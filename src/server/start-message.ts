import { CODE_PATH } from './access/browser-session.js'
import type { Config } from './settings/config.js'
import { CODE_MINUTES } from './access/one-time-codes.js'
import { GRAPHQL_PATH } from './operations/yoga.js'
import type { RunningServer } from './start-server.js'

export function originOf({ host, port }: Pick<Config, 'host' | 'port'>): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** The message for the person who starts the server. It is plain text, even though the log is JSON. */
export function startMessage(
  { host }: Pick<Config, 'host'>,
  { port, firstToken, graphiql, code }: Pick<RunningServer, 'port' | 'firstToken' | 'graphiql' | 'code'>,
): string {
  const origin = originOf({ host, port })
  const lines = [`Dashboard    ${origin}/`, `${graphiql ? 'GraphiQL   ' : 'GraphQL API'}  ${origin}${GRAPHQL_PATH}`]
  if (code === null) lines.push('Sign in      baton open (npm run open in a checkout) prints an address for a browser.')
  else lines.push(`Sign in      ${origin}${CODE_PATH}${code}`, `             ${ONCE}`)
  if (firstToken !== null) {
    lines.push(
      `ROOT token   ${firstToken}`,
      '             Save it now: only its hash is stored, and it is not shown again.',
    )
  }
  return `\n  Baton is ready.\n\n${lines.map((line) => `  ${line}\n`).join('')}\n`
}

const ONCE = `Signs one browser in, within ${CODE_MINUTES} minutes. baton open (npm run open) prints another address.`
