import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { ask } from '../api/queries.js'
import type { Variables } from '../api/request.js'
import { request } from '../api/request.js'
import { CopyButton } from '../parts/copy-button.js'
import { FormDialog } from '../parts/form-dialog.js'

type Kind = Variables<'CreateToken'>['input']['kind']

const KINDS: Readonly<Record<Kind, string>> = {
  VIEWER: 'reads only',
  MEMBER: 'reads, and works with agents, chats and tasks',
  DAEMON: 'runs tasks on one machine',
  ADMIN: 'everything in this workspace',
  ROOT: 'everything, and creates workspaces',
}

const DAY = 86_400
const SPANS: readonly [string, number | null][] = [
  ['never', null],
  ['in a day', DAY],
  ['in 30 days', 30 * DAY],
  ['in 90 days', 90 * DAY],
  ['in a year', 365 * DAY],
]

/** Creates a token. Its secret is shown only in this dialog, until it closes. */
export function NewToken(): ReactNode {
  const client = useQueryClient()
  const { data } = useQuery(ask('Viewer', {}))
  const [kind, setKind] = useState<Kind>('VIEWER')
  const [secret, setSecret] = useState<string | null>(null)
  const kinds = (Object.keys(KINDS) as Kind[]).filter((one) => one !== 'ROOT' || data?.viewer.kind === 'ROOT')
  const make = async ({ name = '', daemonId = '', expires = '' }: Readonly<Record<string, string>>): Promise<void> => {
    const { createToken } = await request('CreateToken', {
      input: {
        name,
        kind,
        daemonId: kind === 'DAEMON' ? daemonId : null,
        expiresInSeconds: expires === '' ? null : Number(expires),
      },
    })
    setSecret(createToken.secret)
    await client.invalidateQueries({ queryKey: ['Tokens'] })
  }
  return (
    <FormDialog
      trigger={
        <button type="button" className="button primary">
          New token
        </button>
      }
      title="New token"
      words="Anyone who has the token can use the API with its rights until it is revoked or expires."
      submit="Create token"
      act={make}
      onClose={() => setSecret(null)}
      done={secret === null ? '' : <Secret secret={secret} />}
    >
      <label>
        Name
        <input name="name" required placeholder="Maria’s scripts" autoComplete="off" autoFocus />
      </label>
      <label>
        Kind
        <select value={kind} onChange={({ target }) => setKind(target.value as Kind)}>
          {kinds.map((one) => (
            <option key={one} value={one}>
              {one}: {KINDS[one]}
            </option>
          ))}
        </select>
      </label>
      {kind === 'DAEMON' && (
        <label>
          Daemon
          <input name="daemonId" required placeholder="build-02" autoComplete="off" />
        </label>
      )}
      <label>
        Expires
        <select name="expires">
          {SPANS.map(([label, seconds]) => (
            <option key={label} value={seconds ?? ''}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </FormDialog>
  )
}

function Secret({ secret }: { secret: string }): ReactNode {
  return (
    <>
      <p>This is the token’s secret. It is shown only once.</p>
      <pre className="command" tabIndex={0}>
        {secret}
      </pre>
      <p>
        <CopyButton text={secret} what="secret" label="Copy" />
      </p>
    </>
  )
}
