import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ask } from '../api/queries.js'
import type { Result } from '../api/request.js'
import { request } from '../api/request.js'
import { signOut } from '../api/token.js'
import { useNow } from '../clock.js'
import { Age } from '../parts/age.js'
import { Confirm } from '../parts/confirm.js'
import { Notice, Problem } from '../parts/notice.js'
import { Skeleton } from '../parts/skeleton.js'
import { useTitle } from '../parts/title.js'
import { useUrlValue } from '../parts/url-state.js'
import { useMay } from '../shell/use-may.js'
import { plural } from '../words/id-words.js'
import { NewToken } from './new-token.js'

type Token = Result<'Tokens'>['tokens'][number]

const everyHalfMinute = () => 30

/** The workspace's API tokens. */
export function TokensPage(): ReactNode {
  useTitle('Tokens')
  const viewer = useQuery(ask('Viewer', {}))
  const { administer } = useMay()
  if (viewer.data !== undefined && !administer) {
    return (
      <main className="page" id="content">
        <Notice title="Not allowed">
          Only ADMIN and ROOT tokens can see tokens. This is a {viewer.data.viewer.kind} token.
        </Notice>
      </main>
    )
  }
  return (
    <main className="page" id="content">
      {administer ? <Tokens own={viewer.data?.viewer.tokenId ?? ''} /> : <Skeleton rows={8} />}
    </main>
  )
}

function Tokens({ own }: { own: string }): ReactNode {
  const query = useQuery(ask('Tokens', {}, everyHalfMinute))
  const [ended, setEnded] = useUrlValue('ended')
  const now = useNow()
  const all = query.data?.tokens ?? []
  const current = all.filter((token) => stateOf(token, now) === 'current')
  return (
    <>
      <div className="page-head">
        <h1>Tokens</h1>
        <p className="count" role="status">
          {query.data !== undefined && `${plural(current.length, 'current token')} of ${all.length.toLocaleString()}`}
        </p>
        <label className="check">
          <input
            type="checkbox"
            checked={ended !== null}
            onChange={({ target }) => setEnded(target.checked ? 'yes' : null)}
          />{' '}
          Include revoked and expired
        </label>
        <NewToken />
      </div>
      {query.error !== null && query.data === undefined && (
        <Problem error={query.error} again={() => query.refetch()} />
      )}
      {query.isPending && <Skeleton rows={8} />}
      <ul className="tokens">
        {(ended === null ? current : all).map((token) => (
          <TokenRow key={token.id} token={token} state={stateOf(token, now)} own={token.id === own} />
        ))}
      </ul>
    </>
  )
}

type State = 'current' | 'expired' | 'revoked'

function stateOf({ revokedAt, expiresAt }: Token, now: number): State {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && Date.parse(expiresAt) <= now ? 'expired' : 'current'
}

function TokenRow({ token, state, own }: { token: Token; state: State; own: boolean }): ReactNode {
  const { id, name, kind, daemonId, createdAt, lastUsedAt, expiresAt, revokedAt } = token
  return (
    <li className={`token token-${state}`}>
      <span className="token-name">
        <strong>{name}</strong> {own && <span className="chip tone-plain">this one</span>}
        <code className="muted" title="Events name this id as their actor">
          {id}
        </code>
      </span>
      <span>
        {kind}
        {daemonId !== null && <span className="muted"> of {daemonId}</span>}
      </span>
      <span>
        <span className="muted">created</span> <Age time={createdAt} />
      </span>
      <span>
        <span className="muted">used</span> {lastUsedAt === null ? 'never' : <Age time={lastUsedAt} />}
      </span>
      <span>
        {revokedAt !== null ? (
          <>
            <span className="muted">revoked</span> <Age time={revokedAt} />
          </>
        ) : expiresAt === null ? (
          <span className="muted">does not expire</span>
        ) : (
          <>
            <span className="muted">{state === 'expired' ? 'expired' : 'expires'}</span> <Age time={expiresAt} />
          </>
        )}
      </span>
      <span className="token-end">{state === 'current' && <Revoke token={token} own={own} />}</span>
    </li>
  )
}

function Revoke({ token: { id, name, kind }, own }: { token: Token; own: boolean }): ReactNode {
  const client = useQueryClient()
  const revoke = async (): Promise<void> => {
    await request('RevokeToken', { input: { tokenId: id } })
    if (own) signOut()
    else await client.invalidateQueries({ queryKey: ['Tokens'] })
  }
  return (
    <Confirm
      trigger={
        <button type="button" className="button quiet" aria-label={`Revoke ${name}`}>
          Revoke
        </button>
      }
      title={`Revoke ${name}?`}
      confirm="Revoke"
      act={revoke}
    >
      <p>
        {own && 'This page uses the token and is signed out. '}
        The token stops working at once. This cannot be undone.
        {kind === 'DAEMON' && ' Runs of its daemon go on until their claims expire. Then Baton retries them.'}
      </p>
    </Confirm>
  )
}
