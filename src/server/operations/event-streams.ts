import type { Plugin } from 'graphql-yoga'

/**
 * Tells proxies not to transform or buffer event streams (nginx's x-accel-buffering). Yoga sends a comment every 12 s,
 * which keeps idle streams open.
 */
export const unbufferedStreams: Plugin = {
  onResponse({ response }) {
    if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) return
    response.headers.set('cache-control', 'no-cache, no-transform')
    response.headers.set('x-accel-buffering', 'no')
  },
}
