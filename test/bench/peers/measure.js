// Shared by the peers' files: they run on another Node than ours, as plain JavaScript.

import { performance } from 'node:perf_hooks'

/** Not counted: connections open, plans are made. As in ../load/work-for-a-while.ts. */
export const SETTLING_MS = 500

/** `done` is to be called for every job that has ended, with the time when it began. */
export function countEnds(seconds) {
  const begin = performance.now() + SETTLING_MS
  const end = begin + seconds * 1000
  const milliseconds = []
  return {
    end,
    done(from) {
      const now = performance.now()
      if (from >= begin && now < end) milliseconds.push(now - from)
    },
    result() {
      const sorted = milliseconds.sort((a, b) => a - b)
      const at = (part) => sorted[Math.floor((sorted.length - 1) * part)] ?? NaN
      return { rate: sorted.length / seconds, p50: at(0.5), p95: at(0.95), p99: at(0.99) }
    },
  }
}

/** Runs until whoever started this process lets go; see ../setting/asked-process.ts. */
export function answerQuestions(answer) {
  process.on('message', (question) => {
    answer(question).then(
      (said) => process.send({ answer: said }),
      (error) => process.send({ error: error.stack }),
    )
  })
  process.on('disconnect', () => process.exit())
}
