import { ApiError } from '../client/api-error.js'

/** The implementation did not keep a promise: the sentence says which. */
export class Broken extends Error {
  override name = 'Broken'
}

/** Throws Broken when something else was found than was promised. Both are compared as JSON. */
export function promise(what: string, found: unknown, promised: unknown): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(promised)]
  if (one !== other) throw new Broken(`${what}: promised ${other}, found ${one ?? 'nothing'}`)
}

/** Throws Broken unless the call is refused with this code. */
export async function promiseRefusal(what: string, code: string, call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return promise(what, error.code, code)
  }
  throw new Broken(`${what}: promised ${code}, but it was accepted`)
}
