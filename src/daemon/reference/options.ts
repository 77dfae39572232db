import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { notBlank, readBy, several, webAddress, whole } from '../../machine/command-line.js'
import { splitCommand } from '../adapters/exec.js'
import { PERMISSIONS } from '../adapters/permissions.js'
import type { Permissions } from '../adapters/permissions.js'
import { HANDOFF_BYTES } from '../client/handoff.js'
import { readCheckout } from './checkout.js'

/** A provider that runs a command of the operator's. */
interface CommandProvider {
  provider: string
  command: readonly [string, ...string[]]
}

export interface Options {
  url: string
  token: string
  /** Absolute: one directory per conversation is made in it. */
  workRoot: string
  /** Directories outside of it where agents may work too, if the server offers one in them. */
  adopts: string[]
  daemonId: string
  slots: number
  graceSeconds: number
  leaseSeconds: number | null
  /** null: the operator has not said. */
  idleSeconds: number | null
  totalSeconds: number | null
  backgroundSeconds: number
  exec: CommandProvider | null
  acp: CommandProvider[]
  permissions: Permissions
  /** For ACP agents only: what `--acp-permissions` says, else the same. */
  acpPermissions: Permissions
  acpIdleSeconds: number
  /** What agents' configs may set: names of variables, and arguments. */
  allowed: { env: string[]; args: string[] }
  handoffBytes: number
  /** null: new directories are empty. */
  checkoutCommand: readonly [string, ...string[]] | null
  checkoutSeconds: number
  claudeArgs: string[]
  codexArgs: string[]
  /** null: all that are found. */
  only: string[] | null
}

const DAY = 86_400
const WEEK = 7 * DAY

/** What commander reads of the options below. */
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

/** `run` is given what the command line says. */
export function daemonCommand(name: string, run: (options: Options) => Promise<void>): Command {
  const command = new Command(name).description(
    'Claims tasks from a server and runs them with the coding agents found on the PATH.',
  )
  for (const one of OPTIONS) command.addOption(one)
  return command.action((read: Read) => run(optionsOf(read)))
}

const OPTIONS: readonly Option[] = [
  needed('--url <url>', 'where the server is, such as http://127.0.0.1:4000', webAddress).env('BATON_URL'),
  needed('--token <token>', 'a DAEMON token; better in the environment, where other users cannot see it').env(
    'BATON_TOKEN',
  ),
  needed('--workdir <directory>', 'one directory per conversation is made in it'),
  list(
    '--adopt <directory>',
    'agents may also work in what is in this directory, where the server offers it: that of a daemon that this one replaces (docs/import.md)',
    (directory) => resolve(directory),
  ),
  option('--daemon-id <id>', "this machine's name").default(hostname(), 'its host name'),
  number('--slots <number>', 'runs at the same time', 1, 1000).default(4),
  list('--only <provider>', 'of what is found, only this', asIs),
  option(
    '--permissions <what>',
    'what agents may do, since nobody is there to be asked: read, edit (also change files in the work directory) or all (also run commands). Agents that never ask are not held to it',
  )
    .choices(PERMISSIONS)
    .default('read'),
  list('--allow-env <name>', "a variable that an agent's config may set for its CLI", asIs),
  list(
    '--allow-arg <argument>',
    "an argument that an agent's config may add, such as --allow-arg=--verbose; one that ends in = may have any value",
    asIs,
  ),
  list('--claude-arg <argument>', 'passed on to Claude Code, such as --claude-arg=--permission-mode=acceptEdits', asIs),
  list('--codex-arg <argument>', 'passed on to Codex, such as --codex-arg=--sandbox=workspace-write', asIs),
  list('--acp <name=command>', 'an agent that speaks the Agent Client Protocol on stdio', readBy(named)),
  option('--acp-permissions <what>', 'of --permissions for these agents only: reject (read) or allow (all)').choices([
    'reject',
    'allow',
  ]),
  number(
    '--acp-idle <seconds>',
    'how long such an agent waits for the next message of its conversation before it is ended; 0: it is ended after each turn',
    0,
    DAY,
  ).default(300),
  option(
    '--exec <command>',
    'anything else, as provider "exec": {prompt} is the path of a file with the prompt, {sessionId} the session to resume or nothing. It prints its output, {"sessionId":"..."} for its session, {"refused":true} for one it does not have (docs/agents.md has an example)',
  ).argParser(readBy(splitCommand)),
  number(
    '--idle-limit <seconds>',
    'stop an agent that has done no work for so long, while no tool of it runs (default: 3600)',
    1,
    WEEK,
  ),
  number('--codex-idle <seconds>', 'the old name of --idle-limit', 1, WEEK).hideHelp(),
  number(
    '--turn-limit <seconds>',
    "stop a turn that takes longer (default: 21600). An agent's config may set both limits: up to these where they are given, else up to a week",
    1,
    WEEK,
  ),
  number(
    '--background-wait <seconds>',
    'how long an answer of Claude Code waits for the commands that it left in the background, which are ended then',
    1,
    DAY,
  ).default(45),
  number(
    '--handoff-bytes <number>',
    'how much of the earlier turns an agent is told that does not know them, put before the prompt as quoted text; 0: nothing',
    0,
    1_048_576,
  ).default(HANDOFF_BYTES),
  option(
    '--checkout <command>',
    "fills a new work directory, such as 'git clone https://example.com/r.git {dir}'; {conversation} and {metadata} (of the task, as JSON) are arguments too. No shell (docs/daemon.md)",
  ).argParser(readBy(readCheckout)),
  number('--checkout-limit <seconds>', 'how long that may take', 1, DAY).default(600),
  number('--lease <seconds>', "the lease to ask for (default: the server's)", 1, 3600),
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
