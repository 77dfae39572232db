import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Caller } from '../use-cases/caller.js'
import type { Config } from './config.js'
import { isLocalHostHeader, isLoopbackAddress, isLoopbackBind } from './loopback.js'
import { peerIsThisUser } from './peer-user.js'

/** Whether this server is one person's own: nothing but this machine can reach it, and its data is its own. */
export function isPersonal({ databaseUrl, host }: Config): boolean {
  return databaseUrl === null && isLoopbackBind(host)
}

/**
 * The ROOT token of GraphiQL and the dashboard, so that they work at once: of the token in the database only a hash is
 * kept. It is in this process's memory only and ends with it.
 *
 * GraphiQL's page with the secret, and the answer that lends it to the dashboard, go to browsers of this machine, and on Linux of this user, that ask for it under a local
 * name; not to pages of elsewhere (see `mayHave`). What is promised: nobody who cannot run a program as this user gets
 * it. On systems other than Linux every local user can, so a machine that is shared needs DATABASE_URL, which turns
 * this off.
 */
export class LocalSession {
  readonly secret = `baton_local_${randomBytes(32).toString('base64url')}`
  readonly caller: Caller
  private readonly hash = sha256(this.secret)

  constructor(workspaceId: string) {
    this.caller = { workspaceId, tokenId: 'local', name: 'This machine', kind: 'ROOT', daemonId: null }
  }

  isSecret(secret: string): boolean {
    return timingSafeEqual(sha256(secret), this.hash)
  }

  /**
   * Whether the answer to this request may contain the secret:
   * - the connection comes from this machine, whatever the server was bound to by mistake or forwarded by a proxy;
   * - the Host header is a local name: another one is DNS rebinding, whose page could read the answer;
   * - no other site led here: its link could bring a query along, ready to be run, and its frame could be clicked through.
   * A cross-site request with the secret cannot be forged: it is sent in a header by the page's script, never by the
   * browser itself, and no other origin is allowed to read the page.
   */
  mayHave({ headers, socket }: IncomingMessage): boolean {
    const site = headers['sec-fetch-site']
    return (
      isLoopbackAddress(socket.remoteAddress) &&
      isLocalHostHeader(headers.host) &&
      !cameThroughProxy(headers) &&
      (site === undefined || site === 'none' || site === 'same-origin') &&
      peerIsThisUser(socket)
    )
  }
}

/** A proxy on this machine connects from it, whoever stands behind it. */
function cameThroughProxy(headers: IncomingHttpHeaders): boolean {
  return Object.keys(headers).some((name) => PROXY_HEADERS.has(name) || name.startsWith('x-forwarded-'))
}

const PROXY_HEADERS: ReadonlySet<string> = new Set(['forwarded', 'via', 'x-real-ip', 'x-client-ip', 'true-client-ip'])

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
