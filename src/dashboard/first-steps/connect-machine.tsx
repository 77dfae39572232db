import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { ask } from '../api/queries.js'
import { request } from '../api/request.js'
import { LiveDot } from '../parts/chips.js'
import { CopyButton } from '../parts/copy-button.js'
import { FormDialog } from '../parts/form-dialog.js'

interface Made {
  daemonId: string
  secret: string
}

/** Creates a token for a machine, shows the command to run there, and shows when the machine has registered. */
export function ConnectMachine(): ReactNode {
  const [made, setMade] = useState<Made | null>(null)
  const connect = async ({ name = '' }: Readonly<Record<string, string>>): Promise<void> => {
    const { createToken } = await request('CreateToken', { input: { name, kind: 'DAEMON', daemonId: name } })
    setMade({ daemonId: name, secret: createToken.secret })
  }
  return (
    <FormDialog
      trigger={
        <button type="button" className="button">
          Connect a machine
        </button>
      }
      title="Connect a machine"
      words="A daemon on the machine finds the agents on its PATH and asks this server for work."
      submit="Create token"
      act={connect}
      onClose={() => setMade(null)}
      done={made === null ? '' : <Command made={made} />}
    >
      <label>
        Machine name
        <input name="name" required pattern="[A-Za-z0-9._\-]+" placeholder="build-02" autoComplete="off" autoFocus />
      </label>
    </FormDialog>
  )
}

/** An environment variable keeps the token out of the process list. */
function Command({ made: { daemonId, secret } }: { made: Made }): ReactNode {
  const command = [
    `BATON_TOKEN=${secret} npm run daemon --`,
    `--url ${location.origin} --daemon-id ${daemonId} --workdir ~/agents`,
  ].join(' ')
  return (
    <>
      <p>Run this on {daemonId}, in a checkout of Baton. The token is shown only once.</p>
      <pre className="command" tabIndex={0}>
        {command}
      </pre>
      <p>
        <CopyButton text={command} what="command" label="Copy" />
      </p>
      <Arrival daemonId={daemonId} />
    </>
  )
}

function Arrival({ daemonId }: { daemonId: string }): ReactNode {
  const { data } = useQuery(ask('Runtimes', {}, () => 2))
  const come = data?.runtimes.nodes.filter((runtime) => runtime.daemonId === daemonId && runtime.status === 'ONLINE')
  if (come === undefined || come.length === 0) {
    return (
      <p role="status" className="muted">
        Waiting for {daemonId} to register…
      </p>
    )
  }
  return (
    <ul role="status" className="arrival" aria-label="Registered">
      {come.map(({ id, name, status }) => (
        <li key={id}>
          <LiveDot status={status} /> {name} is connected.
        </li>
      ))}
    </ul>
  )
}
