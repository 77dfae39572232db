import { methods, RequestError } from '@agentclientprotocol/sdk'
import type { PromptRequest, PromptResponse } from '@agentclientprotocol/sdk'
import { pause } from '../client/pause.js'
import { wallClock } from '../clock.js'
import { AcpConnection } from './acp-connection.js'
import type { Launch } from './acp-connection.js'
import { failedTurn } from './acp-errors.js'
import type { KeptAgents } from './acp-kept.js'
import { openSession } from './acp-session.js'
import { applySettings, mcpServersOf } from './acp-settings.js'
import { tokensOf } from './acp-usage.js'
import { TurnUpdates } from './acp-updates.js'
import type { Turn, TurnEnd } from './adapter.js'
import type { Machine } from './child-process.js'
import { failureOf } from './failure-reason.js'
import type { FailedTurn } from './failure-reason.js'
import { failureOfExit } from './how-it-ended.js'
import { asText, lastWords } from './provider-words.js'

export interface AcpAgent {
  command: readonly [string, ...string[]]
  machine: Machine
  kept: KeptAgents
}

/** The time that an agent has to end a cancelled turn before its process is ended. */
const GRACE_MS = 5000
/** The time to wait for the exit of a program whose output has closed. */
const EXIT_MS = 1000
const STOPPED: Partial<Record<string, string>> = {
  max_turn_requests: 'iteration_limit',
  max_tokens: 'output_limit',
  refusal: 'agent_refusal',
}

/** Runs one turn of an agent that speaks the Agent Client Protocol over stdio. The agent then waits for the next turn. */
export async function runAcp({ command, machine, kept }: AcpAgent, turn: Turn): Promise<TurnEnd> {
  const [program, ...args] = command
  const launch: Launch = {
    command: [program, ...args, ...turn.args],
    machine: { ...machine, environment: { ...machine.environment, ...turn.env } },
    workDir: turn.workDir,
    mcpServers: mcpServersOf(turn.mcpServers),
  }
  const waiting = await kept.take(turn.conversation, { resume: turn.resume, launch })
  const connection = waiting ?? new AcpConnection(launch)
  // The agent is asked to stop first. Its process is ended only if it does not.
  let stopping: NodeJS.Timeout | undefined
  const stop = () => (stopping = setTimeout(() => connection.abort(), GRACE_MS))
  if (turn.signal.aborted) stop()
  turn.signal.addEventListener('abort', stop, { once: true })
  const keep = async () => {
    // The agent is kept for the next turn, but processes that its tools left behind are not.
    const strays = await connection.endStrays()
    const text = `Ended ${strays} ${strays === 1 ? 'process' : 'processes'} that a tool had left running.`
    if (strays > 0) turn.onProgress({ kind: 'warning', text })
    kept.keep(turn.conversation, connection)
  }
  try {
    const end = await converse(connection, waiting !== null, turn)
    if (end.kind === 'refused') await connection.end()
    else await keep()
    return withUse(end, connection)
  } catch (error) {
    return withUse(await brokenOff(error, connection, keep), connection)
  } finally {
    turn.signal.removeEventListener('abort', stop)
    clearTimeout(stopping)
    connection.listener = null
  }
}

/** Throws the agent's errors and those of its connection. */
async function converse(connection: AcpConnection, goesOn: boolean, turn: Turn): Promise<TurnEnd> {
  if (goesOn) turn.onResume('RESUMED')
  else {
    await connection.initialize()
    turn.onWork()
    const opened = await openSession(connection, turn)
    if ('kind' in opened) return opened
    turn.onWork()
    connection.offers = opened
  }
  const { sessionId } = connection
  if (sessionId === null) throw new Error('The agent named no session.')
  turn.onSession(sessionId)
  // A loaded session's cost is known only if the agent reports it on loading: some agents count from 0 again.
  connection.costBefore = connection.use?.costUsd ?? (sessionId === turn.resume ? connection.costBefore : 0)
  await applySettings(connection, sessionId, turn)
  const updates = new TurnUpdates(turn)
  connection.listener = {
    update: (update) => updates.take(update),
    permission: (request) => updates.permission(request),
  }
  try {
    const answer = await prompt(connection, sessionId, turn)
    return endOf(answer, updates, sessionId)
  } catch (error) {
    updates.end()
    throw error
  }
}

async function prompt(connection: AcpConnection, sessionId: string, turn: Turn): Promise<PromptResponse> {
  const { agent } = connection
  const cancel = () => {
    agent.notify(methods.agent.session.cancel, { sessionId }).catch(() => undefined)
  }
  if (turn.signal.aborted) cancel()
  turn.signal.addEventListener('abort', cancel, { once: true })
  // The protocol has no field for instructions, so a new session gets them with its first message.
  const said =
    turn.resume === null && turn.instructions !== null ? `${turn.instructions}\n\n${turn.prompt}` : turn.prompt
  try {
    const request: PromptRequest = { sessionId, prompt: [{ type: 'text', text: asText(said) }] }
    return await agent.request(methods.agent.session.prompt, request)
  } finally {
    turn.signal.removeEventListener('abort', cancel)
  }
}

/** Adds the session's usage, which the agent reports apart from its answer. */
function withUse(end: TurnEnd, { use, costBefore }: AcpConnection): TurnEnd {
  if (end.kind === 'refused' || use === null) return end
  const costUsd = use.costUsd === null || costBefore === null ? null : Math.max(0, use.costUsd - costBefore)
  const reported = { contextUsed: use.used, contextMax: use.size, ...(costUsd !== null && { costUsd }) }
  return { ...end, usage: { ...end.usage, ...reported } }
}

function endOf(answer: PromptResponse, updates: TurnUpdates, sessionId: string): TurnEnd {
  const { stopReason } = answer
  const output = updates.end()
  const result = { stopReason, ...updates.tools.summary() }
  const ended = { sessionId, transcriptMissing: false, usage: tokensOf(answer) }
  if (stopReason === 'cancelled') return failed({ error: 'The turn was stopped.' }, sessionId)
  const reason = STOPPED[stopReason]
  if (reason === undefined) return { kind: 'completed', output, result, ...ended }
  return { kind: 'failed', failureReason: reason, error: `The agent stopped: ${stopReason}.`, ...ended }
}

/** Ends a turn after an error, and keeps or ends the agent. */
async function brokenOff(error: unknown, connection: AcpConnection, keep: () => Promise<void>): Promise<TurnEnd> {
  const { sessionId } = connection
  const end = failed(failedTurn(error), sessionId)
  const answered = error instanceof RequestError && !connection.isOver
  // A new sign-in takes effect only in a new process.
  if (answered && sessionId !== null && end.failureReason !== 'authentication') {
    await keep()
    return end
  }
  // If the program broke the connection by exiting, its exit status says more than a signal would.
  if (!answered) await Promise.race([connection.exit, pause(EXIT_MS)])
  const exit = await connection.end()
  if (answered) return end
  const ofExit = failureOfExit('The agent', exit)
  if (ofExit !== null) return { ...end, ...ofExit }
  return { ...end, words: lastWords(exit.stderr) }
}

function failed(turn: FailedTurn, sessionId: string | null): TurnEnd & { kind: 'failed' } {
  const authentication = /auth(?:entication)? required/i.test(turn.error)
  const ended = { kind: 'failed', ...failureOf(turn, wallClock()), sessionId, transcriptMissing: false } as const
  return authentication ? { ...ended, failureReason: 'authentication' } : ended
}
