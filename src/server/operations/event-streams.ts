import type { Plugin } from 'graphql-yoga'

/**
 * Event streams pass through proxies only when nothing on the way changes or collects them: no transformation, and none
 * of nginx's buffering. Yoga itself sends a comment every 12 s, which keeps idle streams open.
 */
export const unbufferedStreams: Plugin = {
  onResponse({ response }) {
    if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) return
    response.headers.set('cache-control', 'no-cache, no-transform')
    response.headers.set('x-accel-buffering', 'no')
  },
}
