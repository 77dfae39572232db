/** The daemon's log. Details hold ids and messages, but never a token, a prompt or an output. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  details?: Readonly<Record<string, string | number | null>>,
) => void

export const silent: Log = () => undefined

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
