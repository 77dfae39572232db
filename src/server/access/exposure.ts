import type { Config } from '../settings/config.js'
import { isLoopbackBind } from './loopback.js'
import type { Log } from '../observing/log.js'

type Where = Pick<Config, 'host' | 'trustedProxies'>

/** Whether a browser that opens /graphql gets a page to explore the API with. */
export function offersGraphiql(config: Where & Pick<Config, 'graphiql'>): boolean {
  return (
    config.graphiql === 'on' || (config.graphiql === 'auto' && isLoopbackBind(config.host) && !isBehindProxy(config))
  )
}

/** Nobody but a proxy in front can end TLS: the server speaks plain HTTP. */
export function warnOfPlainHttp(config: Where, log: Log): void {
  if (isLoopbackBind(config.host) || isBehindProxy(config)) return
  log.warn(
    { host: config.host },
    'Other machines can reach this address, and tokens cross the network unencrypted. Put a proxy that ends TLS in ' +
      'front and say so (BATON_TRUST_PROXY=1), or listen on 127.0.0.1.',
  )
}

function isBehindProxy({ trustedProxies }: Where): boolean {
  return trustedProxies > 0
}
