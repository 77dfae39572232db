import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { notBlank, readBy, several, whole } from '../../machine/command-line.js'
import { webAddress } from '../../machine/web-address.js'
import { splitCommand } from '../adapters/exec.js'
import { PERMISSIONS } from '../adapters/permissions.js'
import type { Permissions } from '../adapters/permissions.js'
import { HANDOFF_BYTES } from '../client/handoff.js'
import { readCheckout } from './checkout.js'

/** A provider that runs an operator's command. */
interface CommandProvider {
  provider: string
  command: readonly [string, ...string[]]
}

export interface Options {
  url: string
  token: string
  /** Absolute. The daemon creates one directory per conversation in it. */
  workRoot: string
  /** Directories outside `workRoot`. Agents may work in a directory inside them if the server offers it. */
  adopts: string[]
  daemonId: string
  slots: number
  graceSeconds: number
  leaseSeconds: number | null
  /** null if the option is not given. */
  idleSeconds: number | null
  totalSeconds: number | null
  backgroundSeconds: number
  exec: CommandProvider | null
  acp: CommandProvider[]
  permissions: Permissions
  /** For ACP agents: `--acp-permissions`, else `permissions`. */
  acpPermissions: Permissions
  acpIdleSeconds: number
  /** The variables and arguments that agents' configs may set. */
  allowed: { env: string[]; args: string[] }
  handoffBytes: number
  /** null leaves new directories empty. */
  checkoutCommand: readonly [string, ...string[]] | null
  checkoutSeconds: number
  claudeArgs: string[]
  codexArgs: string[]
  /** null means all agents that are found. */
  only: string[] | null
}

const DAY = 86_400
const WEEK = 7 * DAY

/** The options as commander parses them. */
interface Read {
  url: string
  token: string
  workdir: string
  adopt?: string[]
  daemonId: string
  slots: number
  only?: string[]
  permissions: Permissions
  allowEnv?: string[]
  allowArg?: string[]
  claudeArg?: string[]
  codexArg?: string[]
  acp?: CommandProvider[]
  acpPermissions?: 'reject' | 'allow'
  acpIdle: number
  exec?: [string, ...string[]]
  idleLimit?: number
  codexIdle?: number
  turnLimit?: number
  backgroundWait: number
  handoffBytes: number
  checkout?: [string, ...string[]]
  checkoutLimit: number
  lease?: number
  grace: number
}

const option = (flags: string, about: string): Option => new Option(flags, about)
const needed = (flags: string, about: string, read = notBlank): Option =>
  option(flags, about).makeOptionMandatory().argParser(read)
const number = (flags: string, about: string, from: number, to: number): Option =>
  option(flags, about).argParser(whole(from, to))
const list = <T>(flags: string, about: string, read: (text: string) => T): Option =>
  option(flags, `${about}; may be repeated`).argParser(several(read))
const asIs = (text: string): string => text
const addressed = (text: string): string => (webAddress(text), text)

/** `run` gets the parsed options. */
export function daemonCommand(name: string, run: (options: Options) => Promise<void>): Command {
  const command = new Command(name).description(
    'Claims tasks from a server and runs them with the coding agents on the PATH.',
  )
  for (const one of OPTIONS) command.addOption(one)
  return command.action((read: Read) => run(optionsOf(read)))
}

const OPTIONS: readonly Option[] = [
  needed('--url <url>', "the server's address, such as http://127.0.0.1:4000", readBy(addressed)).env('BATON_URL'),
  needed('--token <token>', 'a DAEMON token; safer in the environment, where other users cannot see it').env(
    'BATON_TOKEN',
  ),
  needed('--workdir <directory>', 'the work root; each conversation gets a directory in it'),
  list(
    '--adopt <directory>',
    'lets agents also work in directories inside this one when the server offers them, such as those of a replaced daemon (docs/import.md)',
    (directory) => resolve(directory),
  ),
  option('--daemon-id <id>', "this machine's name").default(hostname(), 'its host name'),
  number('--slots <number>', 'the number of runs at the same time', 1, 1000).default(4),
  list('--only <provider>', 'uses only this provider of those that are found', asIs),
  option(
    '--permissions <what>',
    'what agents may do without asking: read, edit (also change files in the work directory) or all (also run commands). Agents that never ask are not restricted',
  )
    .choices(PERMISSIONS)
    .default('read'),
  list('--allow-env <name>', "a variable that an agent's config may set for its CLI", asIs),
  list(
    '--allow-arg <argument>',
    "an argument that an agent's config may add, such as --allow-arg=--verbose; an argument that ends in = allows any value",
    asIs,
  ),
  list('--claude-arg <argument>', 'passed on to Claude Code, such as --claude-arg=--permission-mode=acceptEdits', asIs),
  list('--codex-arg <argument>', 'passed on to Codex, such as --codex-arg=--sandbox=workspace-write', asIs),
  list('--acp <name=command>', 'an agent that speaks the Agent Client Protocol on stdio', readBy(named)),
  option('--acp-permissions <what>', '--permissions for ACP agents only: reject (read) or allow (all)').choices([
    'reject',
    'allow',
  ]),
  number(
    '--acp-idle <seconds>',
    'how long an ACP agent is kept running for the next message of its conversation; 0: it ends after each turn',
    0,
    DAY,
  ).default(300),
  option(
    '--exec <command>',
    'any other program, as provider "exec": {prompt} is the path of a file with the prompt, {sessionId} the session to resume or nothing. The program prints its output, {"sessionId":"..."} to name its session, and {"refused":true} if it does not have the given session (example in docs/agents.md)',
  ).argParser(readBy(splitCommand)),
  number(
    '--idle-limit <seconds>',
    'stops an agent that does no work and runs no tool for longer (default: 3600)',
    1,
    WEEK,
  ),
  number('--codex-idle <seconds>', 'the old name of --idle-limit', 1, WEEK).hideHelp(),
  number(
    '--turn-limit <seconds>',
    "stops a turn that takes longer (default: 21600). An agent's config may set both limits: up to these options if given, else up to a week",
    1,
    WEEK,
  ),
  number(
    '--background-wait <seconds>',
    'how long the daemon waits for background commands after an answer of Claude Code; then it ends them',
    1,
    DAY,
  ).default(45),
  number(
    '--handoff-bytes <number>',
    'the most text of earlier turns that is quoted before the prompt for an agent that does not know them; 0: nothing',
    0,
    1_048_576,
  ).default(HANDOFF_BYTES),
  option(
    '--checkout <command>',
    "fills a new work directory, such as 'git clone https://example.com/r.git {dir}'; {conversation} and {metadata} (the task's, as JSON) are placeholders too. Runs without a shell (docs/daemon.md)",
  ).argParser(readBy(readCheckout)),
  number('--checkout-limit <seconds>', 'how long --checkout may take', 1, DAY).default(600),
  number('--lease <seconds>', "the lease to request (default: the server's)", 1, 3600),
  number('--grace <seconds>', 'how long runs may finish after SIGTERM', 1, DAY).default(60),
]

function optionsOf(read: Read): Options {
  return {
    url: read.url,
    token: read.token,
    workRoot: resolve(read.workdir),
    adopts: read.adopt ?? [],
    daemonId: read.daemonId,
    slots: read.slots,
    graceSeconds: read.grace,
    leaseSeconds: read.lease ?? null,
    idleSeconds: read.idleLimit ?? read.codexIdle ?? null,
    totalSeconds: read.turnLimit ?? null,
    backgroundSeconds: read.backgroundWait,
    exec: read.exec === undefined ? null : { provider: 'exec', command: read.exec },
    acp: read.acp ?? [],
    permissions: read.permissions,
    acpPermissions:
      read.acpPermissions === undefined ? read.permissions : read.acpPermissions === 'allow' ? 'all' : 'read',
    acpIdleSeconds: read.acpIdle,
    allowed: { env: read.allowEnv ?? [], args: read.allowArg ?? [] },
    handoffBytes: read.handoffBytes,
    checkoutCommand: read.checkout ?? null,
    checkoutSeconds: read.checkoutLimit,
    claudeArgs: read.claudeArg ?? [],
    codexArgs: read.codexArg ?? [],
    only: read.only ?? null,
  }
}

function named(value: string): CommandProvider {
  const [, provider, command] = /^([\w.-]+)=(.+)$/.exec(value) ?? []
  if (provider === undefined || command === undefined)
    throw new Error('It must be NAME=COMMAND, such as gemini="gemini --acp".')
  return { provider, command: splitCommand(command) }
}
