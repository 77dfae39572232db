import { homedir } from 'node:os'
import { join } from 'node:path'
import { fingerprints } from '../adapters/fingerprints.js'
import { createDaemon } from '../client/create-daemon.js'
import type { Log } from '../client/log.js'
import { timestamp } from '../clock.js'
import { agentEnvironment } from '../config.js'
import { findAgents } from './find-agents.js'
import { endLeftovers, ownerOf, trackIn } from './leftover-agents.js'
import { beTheOnlyDaemon } from './one-daemon.js'
import type { Options } from './options.js'
import { runWith } from './run-task.js'
import { readSalt } from './salt.js'
import { safeName } from './work-directories.js'

/**
 * Runs a daemon until SIGINT or SIGTERM.
 *
 * @throws Error with a sentence for the operator.
 */
export async function runDaemon(options: Options): Promise<void> {
  const { url, token, workRoot, daemonId, slots, leaseSeconds, graceSeconds, checkoutCommand } = options
  const own = join(workRoot, '.baton')
  const running = join(own, `${safeName(daemonId)}.agents`)
  const owner = ownerOf(own, daemonId)
  const home = homedir()
  // This comes first, because files in the work root may belong to a running daemon.
  await beTheOnlyDaemon({ url, daemonId, workRoot, own, home }, log)
  const machine = { environment: agentEnvironment(), owner, track: trackIn(running) }
  const agents = await findAgents(
    options,
    { home, environment: machine.environment },
    { fingerprint: fingerprints(await readSalt(join(own, 'salt'))), owner, track: machine.track },
  )
  if (agents.length === 0)
    throw new Error('No agent was found. Put claude or codex on the PATH, or name an agent with --acp or --exec.')

  const daemon = createDaemon({
    url,
    token,
    daemonId,
    slots,
    ...(leaseSeconds !== null && { leaseSeconds }),
    providers: agents.map(({ provider, cliVersion, account, store }) => ({ provider, cliVersion, account, store })),
    accountOf: async (name) => (await agents.find(({ provider }) => provider === name)?.accountNow?.()) ?? null,
    run: runWith(agents, workRoot, {
      ...options,
      checkout: checkoutCommand && { command: checkoutCommand, limitSeconds: options.checkoutSeconds, machine },
    }),
    outboxFile: join(own, `${safeName(daemonId)}.outbox.json`),
    prepare: async () => {
      const leftovers = await endLeftovers(running, owner)
      if (leftovers > 0) log('warn', 'Ended processes that an earlier daemon left running.', { processes: leftovers })
    },
    log,
  })
  // No person answers permission requests, so the operator should know what agents may do.
  log(
    'info',
    `Agents run with --permissions ${options.permissions} (read, edit or all). For an ACP agent, this applies only to what it asks for.`,
    {
      agents: agents.map(({ provider, permissions }) => `${provider}: ${permissions}`).join(', '),
    },
  )
  let stops = 0
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stops += 1
      // A second signal exits at once. The next start recovers unfinished runs.
      if (stops > 1) process.exit(1)
      daemon.stop({ graceSeconds }).catch(() => undefined)
    })
  }
  await daemon.start()
  await daemon.stopped
  await Promise.all(agents.map(async ({ close }) => close?.()))
}

const log: Log = (level, message, details = {}) => {
  const said = Object.entries(details).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`)
  process.stderr.write(`${timestamp()} ${level} ${message}${said.join('')}\n`)
}
