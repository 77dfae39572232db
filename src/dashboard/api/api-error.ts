import { ClientError } from 'graphql-request'

export interface FieldProblem {
  path: string
  message: string
}

/** A refusal by the server, or no answer at all (`OFFLINE`). `message` tells a person what to do. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** For BAD_USER_INPUT: the problems and their paths, such as `input.name`. */
    readonly fields: readonly FieldProblem[] = [],
  ) {
    super(message)
  }
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (!(error instanceof ClientError)) {
    return new ApiError('OFFLINE', 'The server does not answer. The page retries automatically.')
  }
  const first = error.response.errors?.[0]
  const code = first?.extensions?.['code']
  if (first === undefined) {
    return new ApiError(
      'OFFLINE',
      `The server answered with status ${error.response.status}. The page retries automatically.`,
    )
  }
  const fields = first.extensions?.['fields']
  return new ApiError(typeof code === 'string' ? code : 'INTERNAL', first.message, Array.isArray(fields) ? fields : [])
}

/** The problems of a field, or of something inside it. */
export function problemsAt(error: unknown, path: string): readonly FieldProblem[] {
  if (!(error instanceof ApiError)) return []
  return error.fields.filter((problem) => problem.path === path || problem.path.startsWith(`${path}.`))
}

/** Whether repeating the request is pointless. */
export function isFinal(error: unknown): boolean {
  return error instanceof ApiError && !isPassing(error.code)
}

/** Whether the same request may succeed later. */
export function isPassing(code: string): boolean {
  return ['OFFLINE', 'INTERNAL', 'UNAVAILABLE', 'RATE_LIMITED'].includes(code)
}
