import type { Services } from '../services/services.js'
import { clearSealed } from './clear-sealed.js'
import { expireConversations } from './expire-conversations.js'
import { expireProgress } from './expire-progress.js'
import { expireSealedTexts } from './expire-sealed-texts.js'
import { expireTexts } from './expire-texts.js'
import type { Keep } from './keep.js'
import { cutoffOf } from './keep.js'
import { refoldSealed } from './refold-sealed.js'

export interface Retained {
  progressDeleted: number
  conversationsErased: number
  conversationsSealed: number
  eventsCleared: number
}

/**
 * One round of everything that expires by age, in small batches with pauses. Several servers may run each step at once, and
 * a step can be repeated after a server was killed.
 *
 * @throws the first error of the conversations that could not be sealed, after everything else is done
 */
export async function retain(services: Services, keep: Keep, signal: AbortSignal): Promise<Retained> {
  const { clock, database, archive } = services
  const now = clock.now()
  const progress = cutoffOf(keep.progressDays, now)
  const texts = cutoffOf(keep.textsDays, now)
  const closed = cutoffOf(keep.conversationsDays, now)
  const retained: Retained = {
    progressDeleted: progress === null ? 0 : await expireProgress(database.sql, progress, signal),
    conversationsErased: texts === null ? 0 : await expireTexts(services, texts, signal),
    conversationsSealed: 0,
    eventsCleared: 0,
  }
  if (archive === null) return retained
  await refoldSealed(database.sql, archive, signal)
  retained.conversationsErased += await expireSealedTexts(services, archive, texts, signal)
  // The rows of already sealed conversations are deleted even if nothing more is sealed.
  retained.eventsCleared = await clearSealed(database.sql, archive, now, signal)
  if (closed === null) return retained
  const { sealed, eventsCleared, failures } = await expireConversations(services, archive, closed, signal)
  retained.conversationsSealed = sealed
  retained.eventsCleared += eventsCleared
  if (failures[0] !== undefined) throw failures[0]
  return retained
}
