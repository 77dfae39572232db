import { ApiError } from '../client/api-error.js'

/** The server broke a promise. The message says which. */
export class Broken extends Error {
  override name = 'Broken'
}

/** Throws Broken unless `found` equals `promised`. Both are compared as JSON. */
export function promise(what: string, found: unknown, promised: unknown): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(promised)]
  if (one !== other) throw new Broken(`${what}: promised ${other}, found ${one ?? 'nothing'}`)
}

/** Throws Broken unless the server refuses the call with this code. */
export async function promiseRefusal(what: string, code: string, call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return promise(what, error.code, code)
  }
  throw new Broken(`${what}: promised ${code}, but it was accepted`)
}
