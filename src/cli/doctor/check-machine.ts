import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { agentsOnPath } from '../../daemon/reference/find-agents.js'
import { agentEnvironment } from '../../daemon/config.js'
import { freeBytes } from '../../database/embedded-directory.js'
import { packageEngines, packageVersion } from '../../machine/command-line.js'
import type { Config } from '../../server/settings/config.js'
import { originOf } from '../../server/start-message.js'
import type { Check } from './check.js'
import { megabytes, ok, problem, warning } from './check.js'

/** A server that takes longer does not work. */
const ANSWER_WITHIN_MS = 5_000
/** With less room, a busy day fills the disk. */
const LITTLE_ROOM = 1_000_000_000

export function checkVersions(node: string, engines = packageEngines()): Check {
  const found = `Baton ${packageVersion()}, Node ${node}, ${process.platform} ${process.arch}.`
  if (isWithin(node, engines)) return ok('versions', found)
  return problem('versions', `${found} Baton needs Node ${engines}: install one of these.`)
}

/** `engines` is that of package.json: `^20.19 || >=24`. */
function isWithin(node: string, engines: string): boolean {
  const [major = 0, minor = 0] = node.split('.').map(Number)
  return engines.split('||').some((range) => {
    const [, sign, from, least = '0'] = /^\s*(\^|>=)(\d+)(?:\.(\d+))?/.exec(range) ?? []
    if (from === undefined) return false
    if (sign === '>=' && major > Number(from)) return true
    return major === Number(from) && minor >= Number(least)
  })
}

/** Checks the disk of the database in `directory`, which may not exist yet. */
export function checkDisk(directory: string, databaseBytes: number): Check {
  const free = freeBytes(nearestThatExists(directory))
  const found = `The database in ${directory} takes ${megabytes(databaseBytes)}, and its disk has ${megabytes(free)} left.`
  if (free >= Math.max(LITTLE_ROOM, databaseBytes)) return ok('disk', found)
  return warning('disk', `${found} Make room: a full disk answers every call with UNAVAILABLE.`)
}

function nearestThatExists(directory: string): string {
  const path = resolve(directory)
  return existsSync(path) ? path : nearestThatExists(dirname(path))
}

/** @param origin the server's address; null takes the one of the settings */
export async function checkServer(config: Config, origin: string | null): Promise<Check> {
  const url = origin ?? originOf(config)
  let status: number
  let answer: { status?: unknown; reason?: unknown }
  try {
    const response = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
    status = response.status
    answer = ((await response.json()) ?? {}) as typeof answer
  } catch (error) {
    if (error instanceof SyntaxError) return another(url)
    if ((error as Error).name === 'TimeoutError') {
      return problem('server', `${url} does not answer within 5 seconds. Check its log, and restart it.`)
    }
    return ok('server', `Nothing listens on ${url}. baton serve starts a server.`)
  }
  if (status === 200 && answer.status === 'ready') return ok('server', `The server at ${url} is ready.`)
  if (typeof answer.reason !== 'string') return another(url)
  return problem('server', `The server at ${url} is not ready: ${answer.reason} Its log says more.`)
}

function another(url: string): Check {
  return problem('server', `Another program listens on ${url}. Stop it, or choose another port (PORT).`)
}

export function checkAgents(environment = agentEnvironment()): Check {
  const found = agentsOnPath(environment).map(
    ({ name, path, version }) => `${name} ${version ?? 'of an unknown version'} (${path})`,
  )
  if (found.length > 0) return ok('agents', `On the PATH: ${found.join(', ')}.`)
  return ok(
    'agents',
    'Neither claude nor codex is on the PATH. Only a daemon on this machine needs one of them, or --acp or --exec ' +
      '(docs/daemon.md).',
  )
}
