import type { ReactNode } from 'react'
import { useNow } from '../clock.js'
import { ageInWords, dateTime } from '../words/time-words.js'

export function Age({ time }: { time: string }): ReactNode {
  return (
    <time dateTime={time} title={dateTime(time)} className="age">
      {ageInWords(time, useNow())}
    </time>
  )
}
