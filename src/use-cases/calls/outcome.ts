import type { TaskStatus } from '../../tasks/task-state.js'
import type { RequestKey, RequestRecord } from '../../event-log/request-records.js'

/** Why a call was refused. A refused call writes nothing. `code` is the API's extensions.code. */
export type Refusal =
  | { code: 'UNAUTHENTICATED'; message: string }
  | { code: 'NOT_FOUND'; message: string }
  | { code: 'FORBIDDEN'; message: string }
  | { code: 'BAD_USER_INPUT'; message: string; fields: FieldProblem[] }
  | { code: 'STALE_CLAIM'; message: string }
  | { code: 'CONVERSATION_SEALED'; message: string }
  | { code: 'ILLEGAL_TRANSITION'; message: string; status: TaskStatus }
  | { code: 'REQUEST_ID_REUSED'; message: string }
  | { code: 'UNAVAILABLE'; message: string; retryable: true; retryAfterSeconds: number }

/** `path` leads to the argument, with dots: `input.priority`. */
export interface FieldProblem {
  path: string
  message: string
}

export type Outcome<T> = { ok: true; value: T } | { ok: false; refusal: Refusal }

export function accepted<T>(value: T): Outcome<T> {
  return { ok: true, value }
}

export function refused(refusal: Refusal): { ok: false; refusal: Refusal } {
  return { ok: false, refusal }
}

const NOUNS: Record<string, string> = {
  ws: 'workspace',
  tok: 'token',
  rt: 'runtime',
  agt: 'agent',
  chat: 'chat session',
  issue: 'issue thread',
  msg: 'message',
  task: 'task',
  evt: 'event',
}

/** An id of another workspace gets the same answer as an unknown id. */
export function notFound(noun: string, id: string): { ok: false; refusal: Refusal } {
  return refused({ code: 'NOT_FOUND', message: `There is no ${NOUNS[noun] ?? noun} ${id} in this workspace.` })
}

export function badInput(path: string, message: string): { ok: false; refusal: Refusal } {
  return refused({ code: 'BAD_USER_INPUT', message: `${path}: ${message}`, fields: [{ path, message }] })
}

/** Ends work that outlives one request. A single call with such a token is refused before it starts. */
export const tokenEnded = refused({
  code: 'UNAUTHENTICATED',
  message: 'The token was revoked or has expired. Continue with a current one.',
})

/** Refuses work because too much is already waiting. */
export const tooManyFolds = refused({
  code: 'UNAVAILABLE',
  message: 'Too many histories are being read at the moment. Ask again after retryAfterSeconds.',
  retryable: true,
  retryAfterSeconds: 5,
})

export const staleClaim = refused({
  code: 'STALE_CLAIM',
  message:
    'The claimToken is not this task’s current claim: it was released, expired, recovered or handed out again. ' +
    'Stop the run and claim again.',
})

export function illegalTransition(verb: string, status: TaskStatus): { ok: false; refusal: Refusal } {
  return refused({
    code: 'ILLEGAL_TRANSITION',
    message: `A task that is ${status} cannot be ${verb}.`,
    status,
  })
}

/** The answer to a repeated call: its first answer, or a refusal if another call used the same requestId. */
export function replayOf(
  { argumentsHash, requestId }: RequestKey,
  record: RequestRecord,
): { answer: unknown } | { refused: Refusal } {
  if (record.argumentsHash === argumentsHash) return { answer: record.answer }
  const message = `requestId ${requestId} was used before with other arguments. Use a new one for a new call.`
  return { refused: { code: 'REQUEST_ID_REUSED', message } }
}

/** The requested part of the conversation is in its archive file. */
export class ConversationSealed extends Error {
  constructor(conversationId: string, throughVersion: number) {
    super(sealedMessage(conversationId, throughVersion))
    this.name = 'ConversationSealed'
  }
}

export function sealedMessage(conversationId: string, throughVersion: number): string {
  return (
    `${conversationId} is sealed up to version ${throughVersion}: what stands there is in its archive file. ` +
    `Bring it back with: baton restore-conversation ${conversationId}`
  )
}
