import { useQuery } from '@tanstack/react-query'
import { ask } from '../api/queries.js'

interface May {
  /** Whether the server has answered. Pages that depend on the answer wait for it, so that nothing jumps. */
  known: boolean
  change: boolean
  administer: boolean
}

/** What the token may do. The server decides; the page only hides what would be refused. */
export function useMay(): May {
  const { data } = useQuery(ask('Viewer', {}))
  const kind = data?.viewer.kind
  const administer = kind === 'ROOT' || kind === 'ADMIN'
  return { known: data !== undefined, administer, change: administer || kind === 'MEMBER' }
}
