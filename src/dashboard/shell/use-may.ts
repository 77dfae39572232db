import { useQuery } from '@tanstack/react-query'
import { ask } from '../api/queries.js'

/** What the token may do. The server decides; this only keeps the page from offering what would be refused. */
export function useMay(): { change: boolean; administer: boolean } {
  const { data } = useQuery(ask('Viewer', {}))
  const kind = data?.viewer.kind
  const administer = kind === 'ROOT' || kind === 'ADMIN'
  return { administer, change: administer || kind === 'MEMBER' }
}
