import { answerQuestions } from '../setting/asked-process.js'
import { Connection } from './connection.js'
import type { Worked } from './work-for-a-while.js'
import { workForAWhile } from './work-for-a-while.js'

export interface QueryLoad {
  url: string
  token: string
  query: string
  variables: object
  connections: number
  seconds: number
  /** Each connection begins a request in so many milliseconds; left out: one after the other. */
  everyMs?: number
}

answerQuestions<QueryLoad, Worked>(async ({ url, token, query, variables, connections, seconds, everyMs }) => {
  const body = JSON.stringify({ query, variables })
  const open = Array.from({ length: connections }, () => new Connection(url, token))
  try {
    return await workForAWhile(
      open,
      seconds,
      async (connection) => {
        await connection.post(body)
        return 1
      },
      everyMs,
    )
  } finally {
    for (const connection of open) connection.close()
  }
})
