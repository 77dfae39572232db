import type { Plugin } from 'graphql-yoga'
import { isAsyncIterable } from 'graphql-yoga'
import type { Context } from '../../graphql/context.js'
import { tooManyStreams } from '../../graphql/errors.js'

/** Limits the open streams of each token in this process; 0 means no limit. */
export function streamCap(most: number): Plugin {
  const open = new Map<string, number>()
  return {
    onSubscribe({ args, setResultAndStopExecution }) {
      const token = (args.contextValue as unknown as Context).caller?.tokenId
      if (most === 0 || token === undefined) return undefined
      const count = open.get(token) ?? 0
      if (count >= most) return setResultAndStopExecution({ errors: [tooManyStreams(most)] })
      open.set(token, count + 1)
      let isOpen = true
      const close = (): void => {
        if (!isOpen) return
        isOpen = false
        const left = (open.get(token) ?? 1) - 1
        if (left === 0) open.delete(token)
        else open.set(token, left)
      }
      return {
        onSubscribeResult({ result }) {
          // A refused subscription opens no stream.
          if (!isAsyncIterable(result)) close()
          return { onEnd: close }
        },
        onSubscribeError: close,
      }
    },
  }
}
