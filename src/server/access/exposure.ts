import type { Config } from '../settings/config.js'
import { isLoopbackBind } from './loopback.js'
import type { Log } from '../observing/log.js'

type ListenSettings = Pick<Config, 'host' | 'trustedProxies'>

/** Whether a browser that opens /graphql gets GraphiQL. */
export function offersGraphiql(config: ListenSettings & Pick<Config, 'graphiql'>): boolean {
  return (
    config.graphiql === 'on' || (config.graphiql === 'auto' && isLoopbackBind(config.host) && !isBehindProxy(config))
  )
}

/** Warns if tokens would cross the network unencrypted: the server speaks plain HTTP, so only a proxy can terminate TLS. */
export function warnOfPlainHttp(config: ListenSettings, log: Log): void {
  if (isLoopbackBind(config.host) || isBehindProxy(config)) return
  log.warn(
    { host: config.host },
    'Other machines can reach this address, and tokens cross the network unencrypted. Put a proxy that terminates TLS in ' +
      'front of the server and set BATON_TRUST_PROXY=1, or listen on 127.0.0.1.',
  )
}

function isBehindProxy({ trustedProxies }: ListenSettings): boolean {
  return trustedProxies > 0
}
