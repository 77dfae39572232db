import DataLoader from 'dataloader'
import { currentStates } from '../../event-log/stored-state.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import { BEFORE_ALL, foldHistory, planHistory } from '../../use-cases/reads/fold-history.js'
import type { HistoryPoint } from '../../use-cases/reads/fold-history.js'
import { tooManyFolds } from '../../use-cases/calls/outcome.js'
import type { ConversationRow } from '../../use-cases/transaction/conversation-work.js'
import { unwrap } from '../errors.js'
import type { LoaderSource } from './loaders.js'

/** The current state of conversations. Stored states that are up to date need no query, and all others share one. */
export function stateNow({ services }: LoaderSource) {
  return new DataLoader<ConversationRow, SessionState, string>(
    (conversations) => currentStates(services.database.reads, conversations),
    { cacheKeyFn: ({ id, version }) => `${id} ${version}` },
  )
}

interface PlaceKey {
  conversation: ConversationRow
  at: string
}

/**
 * The state of conversations at positions of the log. Each conversation is folded from its snapshots, once for all positions
 * requested together. A later position requested by the same operation continues from the result.
 */
export function placeAt({ services, history, whose }: LoaderSource) {
  const known = new Map<string, { position: bigint; place: HistoryPoint }[]>()

  async function foldOne(
    conversation: ConversationRow,
    positions: readonly bigint[],
  ): Promise<Map<bigint, HistoryPoint>> {
    const first = positions.reduce((least, position) => (position < least ? position : least))
    const earlier = (known.get(conversation.id) ?? []).filter(({ position }) => position <= first)
    const from = earlier.reduce((best, { place }) => (place.version > best.version ? place : best), BEFORE_ALL)
    const plan = await planHistory(services, conversation, positions, from)
    history.charge(plan.reduce((sum, { events }) => sum + events, 0))
    if (services.folds.isFullFor(whose)) unwrap(tooManyFolds)
    const places = await services.folds.run(whose, () => foldHistory(services, conversation, plan, whose))
    const kept = [...places].map(([position, place]) => ({ position, place }))
    known.set(conversation.id, [...(known.get(conversation.id) ?? []), ...kept])
    return places
  }

  return new DataLoader<PlaceKey, HistoryPoint, string>(
    async (keys) => {
      const asked = new Map<string, { conversation: ConversationRow; positions: bigint[] }>()
      for (const { conversation, at } of keys) {
        const one = asked.get(conversation.id) ?? { conversation, positions: [] }
        one.positions.push(BigInt(at))
        asked.set(conversation.id, one)
      }
      const folded = new Map(
        [...asked].map(([id, { conversation, positions }]) => [id, foldOne(conversation, positions)] as const),
      )
      return Promise.all(
        keys.map(async ({ conversation, at }) => {
          try {
            return (await folded.get(conversation.id))?.get(BigInt(at)) ?? BEFORE_ALL
          } catch (error) {
            return error as Error
          }
        }),
      )
    },
    { cacheKeyFn: ({ conversation, at }) => `${conversation.id} ${at}` },
  )
}
