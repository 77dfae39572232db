import type { Services } from '../services.js'
import { expireProgress } from './expire-progress.js'
import { expireTexts } from './expire-texts.js'
import type { Keep } from './keep.js'
import { cutoffOf } from './keep.js'

export interface Retained {
  progressDeleted: number
  conversationsErased: number
}

/**
 * One round of what goes by age, in small batches with pauses between them. Every step can be done by several servers at once,
 * and again after one of them was killed.
 */
export async function retain(services: Services, keep: Keep, signal: AbortSignal): Promise<Retained> {
  const now = services.clock.now()
  const progress = cutoffOf(keep.progressDays, now)
  const texts = cutoffOf(keep.textsDays, now)
  return {
    progressDeleted: progress === null ? 0 : await expireProgress(services.database.sql, progress, signal),
    conversationsErased: texts === null ? 0 : await expireTexts(services, texts, signal),
  }
}
