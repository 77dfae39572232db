import type { Config } from './config.js'
import { GRAPHQL_PATH } from './yoga.js'
import type { RunningServer } from './start-server.js'

/** For the person who started the server, and so plain text also where the log is JSON. */
export function startMessage(
  { host }: Pick<Config, 'host'>,
  { port, firstToken, graphiql }: Pick<RunningServer, 'port' | 'firstToken' | 'graphiql'>,
): string {
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  const lines = [`Dashboard    ${origin}/`, `${graphiql ? 'GraphiQL   ' : 'GraphQL API'}  ${origin}${GRAPHQL_PATH}`]
  if (firstToken !== null) {
    lines.push(
      `Admin token  ${firstToken}`,
      '             Keep it: only its hash is stored, and it is not shown again.',
    )
  }
  return `\n  Baton is ready.\n\n${lines.map((line) => `  ${line}\n`).join('')}\n`
}
