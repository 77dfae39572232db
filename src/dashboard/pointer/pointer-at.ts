import { queryOptions } from '@tanstack/react-query'
import { request } from '../api/request.js'

export interface PointerValue {
  sessionId: string | null
  runtime: { id: string; name: string } | null
}

/** The number of positions per query. */
const AT_ONCE = 8

interface Asked {
  position: string
  resolve: (value: PointerValue) => void
  reject: (error: unknown) => void
}

const asked = new Map<string, Asked[]>()

/** The pointer at a position. It never changes, so it is queried once. Concurrent queries are batched. */
export function pointerAt(id: string, position: string) {
  return queryOptions({
    queryKey: ['PointerAt', id, position],
    queryFn: () => askTogether(id, position),
    staleTime: Infinity,
  })
}

function askTogether(id: string, position: string): Promise<PointerValue> {
  return new Promise((resolve, reject) => {
    const waiting = asked.get(id)
    if (waiting !== undefined) return void waiting.push({ position, resolve, reject })
    asked.set(id, [{ position, resolve, reject }])
    setTimeout(() => {
      const all = asked.get(id) ?? []
      asked.delete(id)
      for (let start = 0; start < all.length; start += AT_ONCE) askFor(id, all.slice(start, start + AT_ONCE))
    }, 0)
  })
}

function askFor(id: string, some: readonly Asked[]): void {
  const at = (index: number): string => (some[index] ?? some[0])?.position ?? '0'
  const variables = {
    id,
    at0: at(0),
    at1: at(1),
    at2: at(2),
    at3: at(3),
    at4: at(4),
    at5: at(5),
    at6: at(6),
    at7: at(7),
  }
  request('PointersAt', variables).then(
    ({ node }) => {
      const values =
        node !== null && 'p0' in node ? [node.p0, node.p1, node.p2, node.p3, node.p4, node.p5, node.p6, node.p7] : []
      for (const [index, { resolve, reject }] of some.entries()) {
        const value = values[index]
        if (value === undefined) reject(new Error('The conversation is gone.'))
        else resolve(value)
      }
    },
    (error: unknown) => {
      for (const { reject } of some) reject(error)
    },
  )
}
