import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { splitCommand } from '../adapters/exec.js'
import { readCheckout } from './checkout.js'
import { HANDOFF_BYTES } from '../client/handoff.js'
import { PERMISSIONS } from '../adapters/permissions.js'
import type { Permissions } from '../adapters/permissions.js'

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

export const USAGE = `Usage: npm run daemon -- --url URL --token TOKEN --workdir DIRECTORY [options]

Claims tasks from a server and runs them with the coding agents found on the PATH.

  --url URL               the GraphQL endpoint (or BATON_URL)
  --token TOKEN           a DAEMON token (better: BATON_TOKEN, which other users cannot see)
  --workdir DIRECTORY     one directory per conversation is made in it
  --daemon-id ID          this machine's name (default: its host name)
  --slots N               runs at the same time (default 4)
  --only PROVIDER         of what is found, only this; may be repeated
  --permissions WHAT      what agents may do, since nobody is there to be asked: read (default), edit (also change files
                          in the work directory) or all (also run commands). Agents that never ask are not held to it
  --allow-env NAME        a variable that an agent's config may set for its CLI; may be repeated
  --allow-arg ARG         an argument that an agent's config may add, such as --allow-arg=--verbose; one that ends
                          in = may have any value; may be repeated
  --claude-arg ARG        passed on to Claude Code, such as --claude-arg=--permission-mode=acceptEdits; may be repeated
  --codex-arg ARG         passed on to Codex, such as --codex-arg=--sandbox=workspace-write; may be repeated
  --acp NAME=COMMAND      an agent that speaks the Agent Client Protocol on stdio; may be repeated
  --acp-permissions WHAT  of --permissions for these agents only: reject (read) or allow (all)
  --acp-idle SECONDS      how long such an agent waits for the next message of its conversation before it is ended
                          (default 300; 0: it is ended after each turn)
  --exec COMMAND          anything else, as provider "exec": {prompt} is the path of a file with the prompt,
                          {sessionId} the session to resume or nothing. It prints its output, {"sessionId":"..."} for
                          its session, {"refused":true} for one it does not have (docs/agents.md has an example)
  --idle-limit SECONDS    stop an agent that has done no work for so long, while no tool of it runs (default 3600;
                          --codex-idle is the old name)
  --turn-limit SECONDS    stop a turn that takes longer (default 21600). An agent's config may set both limits: up to
                          these where they are given, else up to a week
  --background-wait SECONDS
                          how long an answer of Claude Code waits for the commands that it left in the background,
                          which are ended then (default 45)
  --handoff-bytes N       how much of the earlier turns an agent is told that does not know them, put before the prompt as
                          quoted text (default 16384; 0: nothing)
  --checkout COMMAND      fills a new work directory, such as 'git clone https://example.com/r.git {dir}'; {conversation}
                          and {metadata} (of the task, as JSON) are arguments too. No shell (docs/daemon.md)
  --checkout-limit SECONDS
                          how long that may take (default 600)
  --lease SECONDS         the lease to ask for (default: the server's)
  --grace SECONDS         how long runs may finish after SIGTERM (default 60)`

/** Throws an Error with one sentence for whoever typed it. */
export function readOptions(
  args: readonly string[],
  defaults: { url: string | undefined; token: string | undefined },
): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ url: { type: 'string' }, token: { type: 'string' }, workdir: { type: 'string' }, slots: { type: 'string' } },
      ...{ 'daemon-id': { type: 'string' }, only: { type: 'string', multiple: true }, exec: { type: 'string' } },
      'claude-arg': { type: 'string', multiple: true },
      'codex-arg': { type: 'string', multiple: true },
      ...{ 'idle-limit': { type: 'string' }, 'turn-limit': { type: 'string' }, 'codex-idle': { type: 'string' } },
      'background-wait': { type: 'string' },
      ...{ 'allow-env': { type: 'string', multiple: true }, 'allow-arg': { type: 'string', multiple: true } },
      acp: { type: 'string', multiple: true },
      ...{ 'acp-permissions': { type: 'string' }, 'acp-idle': { type: 'string' }, permissions: { type: 'string' } },
      'handoff-bytes': { type: 'string' },
      ...{ checkout: { type: 'string' }, 'checkout-limit': { type: 'string' }, lease: { type: 'string' } },
      grace: { type: 'string' },
    },
  })
  const permissions = PERMISSIONS.find((one) => one === (values.permissions ?? 'read'))
  if (permissions === undefined) throw new Error('--permissions is read, edit or all.')
  const forAcp = values['acp-permissions']
  if (forAcp !== undefined && forAcp !== 'allow' && forAcp !== 'reject') {
    throw new Error('--acp-permissions is allow or reject.')
  }
  return {
    url: required('--url', values.url ?? defaults.url),
    token: required('--token', values.token ?? defaults.token),
    workRoot: resolve(required('--workdir', values.workdir)),
    daemonId: values['daemon-id'] ?? hostname(),
    slots: whole('--slots', values.slots, 4, 1000),
    graceSeconds: whole('--grace', values.grace, 60, DAY),
    leaseSeconds: wholeOrNull('--lease', values.lease, 3600),
    idleSeconds:
      wholeOrNull('--idle-limit', values['idle-limit'], WEEK) ??
      wholeOrNull('--codex-idle', values['codex-idle'], WEEK),
    totalSeconds: wholeOrNull('--turn-limit', values['turn-limit'], WEEK),
    backgroundSeconds: whole('--background-wait', values['background-wait'], 45, DAY),
    exec: values.exec === undefined ? null : { provider: 'exec', command: splitCommand(values.exec) },
    acp: (values.acp ?? []).map(named),
    permissions,
    acpPermissions: forAcp === undefined ? permissions : forAcp === 'allow' ? 'all' : 'read',
    acpIdleSeconds: values['acp-idle'] === '0' ? 0 : whole('--acp-idle', values['acp-idle'], 300, 86_400),
    allowed: { env: values['allow-env'] ?? [], args: values['allow-arg'] ?? [] },
    handoffBytes:
      values['handoff-bytes'] === '0' ? 0 : whole('--handoff-bytes', values['handoff-bytes'], HANDOFF_BYTES, 1_048_576),
    checkoutCommand: values.checkout === undefined ? null : readCheckout(values.checkout),
    checkoutSeconds: whole('--checkout-limit', values['checkout-limit'], 600, DAY),
    claudeArgs: values['claude-arg'] ?? [],
    codexArgs: values['codex-arg'] ?? [],
    only: values.only ?? null,
  }
}

function required(option: string, value: string | undefined): string {
  if (value === undefined || value.trim() === '') throw new Error(`${option} is missing.`)
  return value
}

function wholeOrNull(option: string, value: string | undefined, most: number): number | null {
  return value === undefined ? null : whole(option, value, 0, most)
}

function whole(option: string, value: string | undefined, fallback: number, most: number): number {
  if (value === undefined) return fallback
  const number = Number(value)
  if (/^\d+$/.test(value) && number >= 1 && number <= most) return number
  throw new Error(`${option} is a whole number from 1 to ${most}.`)
}

function named(value: string): CommandProvider {
  const [, provider, command] = /^([\w.-]+)=(.+)$/.exec(value) ?? []
  if (provider === undefined || command === undefined)
    throw new Error('--acp is NAME=COMMAND, such as gemini="gemini --acp".')
  return { provider, command: splitCommand(command) }
}
