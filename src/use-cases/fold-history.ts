import type { StoredEvent } from '../event-log/stored-event.js'
import { foldable } from '../event-log/stored-event.js'
import { readStreamPage } from '../event-log/read-stream.js'
import { evolve } from '../session-pointer/fold.js'
import { initialState } from '../session-pointer/session-state.js'
import type { Services } from './services.js'
import type { SessionAt } from './session-at.js'

/** Events read and folded in one step: a millisecond or two, in which nothing else is done. */
const STEP = 200

/** Where a history stood after some event of it. */
export interface Place extends SessionAt {
  version: number
}

export const BEFORE_ALL: Place = { state: initialState, position: '0', occurredAt: null, version: 0 }

/**
 * The places of a conversation at several positions of the log, by one fold of its stream from `from` on, which must not
 * be past the first of them. Small steps, each in the turn of `whose` token it is: claims go on between them.
 */
export async function foldHistory(
  { database, turns }: Pick<Services, 'database' | 'turns'>,
  conversation: { workspaceId: string; id: string },
  { positions, from = BEFORE_ALL, whose }: { positions: readonly bigint[]; from?: Place; whose: string },
): Promise<Map<bigint, Place>> {
  const places = new Map<bigint, Place>()
  const wanted = [...new Set(positions)].sort((one, other) => (one < other ? -1 : 1))
  const last = wanted.at(-1)
  if (last === undefined) return places
  let at = from
  for (;;) {
    const page = await readStreamPage(database.reads, conversation, at.version, String(last), STEP)
    await turns.next(whose)
    for (const event of page) {
      const position = BigInt(event.position)
      for (let first = wanted[0]; first !== undefined && first < position; first = wanted[0]) {
        places.set(first, at)
        wanted.shift()
      }
      at = after(at, event)
    }
    if (page.length < STEP) break
  }
  for (const position of wanted) places.set(position, at)
  return places
}

function after({ state }: Place, event: StoredEvent): Place {
  const { position, occurredAt, version } = event
  return { state: evolve(state, foldable(event)), position, occurredAt, version }
}
