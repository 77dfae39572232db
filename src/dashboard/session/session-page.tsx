import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { ask } from '../api/queries.js'
import { titleInWords } from '../parts/conversation-title.js'
import { Notice, Problem } from '../parts/notice.js'
import { Skeleton } from '../parts/skeleton.js'
import { useMay } from '../shell/use-may.js'
import { useTitle } from '../parts/title.js'
import { useUrlValue } from '../parts/url-state.js'
import { SessionContext } from './session-context.js'
import type { ConversationNode, Runtime } from './session-context.js'
import { SessionHeader } from './session-header.js'
import { SessionViews } from './session-views.js'
import { useHistory } from './use-history.js'
import { useNames } from './use-names.js'

/** One conversation: what its agent did, which sessions it used, and why. */
export function SessionPage({ id }: { id: string }): ReactNode {
  const [at, setAt] = useUrlValue('at')
  const position = at !== null && /^\d{1,19}$/.test(at) ? at : null
  const session = useQuery(ask('Session', { id, at: position }))
  const { known, change: mayChange } = useMay()
  const { data: fleet, isPending } = useQuery(ask('Runtimes', {}, () => 15))
  const [event] = useUrlValue('event')
  const [first] = useState(versionOf(event))
  const history = useHistory(id, first)
  const conversation = asConversation(session.data?.node)
  const runtimes = useMemo(() => runtimesOf(fleet?.runtimes.nodes ?? [], conversation), [fleet, conversation])
  const names = useNames(id, runtimes, history)
  useTitle(conversation === null ? 'Session' : titleInWords(namesOf(conversation)))

  if (session.error !== null) return page(<Problem error={session.error} again={() => session.refetch()} />)
  // The placeholder keeps the header's final height.
  if (session.data === undefined || isPending || !known) return page(<Skeleton rows={14} />)
  if (conversation === null) {
    return page(
      <Notice title="Conversation not found">
        <p>It may be in another workspace. A token sees only its own workspace.</p>
        <Link href="/">All sessions</Link>
      </Notice>,
    )
  }
  return (
    <SessionContext value={{ id, conversation, history, runtimes, names, at: position, setAt, mayChange }}>
      {page(
        <>
          <SessionHeader />
          <SessionViews />
        </>,
      )}
    </SessionContext>
  )
}

function page(children: ReactNode): ReactNode {
  return (
    <main className="page session-page" id="content">
      {children}
    </main>
  )
}

function versionOf(event: string | null): number | null {
  return event !== null && /^[1-9]\d{0,8}$/.test(event) ? Number(event) : null
}

function asConversation(node: object | null | undefined): ConversationNode | null {
  return node != null && 'bindings' in node ? (node as ConversationNode) : null
}

/** The conversation's names, as in the list. */
export function namesOf(conversation: ConversationNode): { title: string | null; issueKey: string | null } {
  return { title: conversation.title, issueKey: 'issueKey' in conversation ? conversation.issueKey : null }
}

/** The agent's runtime first, then runtimes with a session of the conversation, then the rest. */
function runtimesOf(all: readonly Runtime[], conversation: ConversationNode | null): Runtime[] {
  if (conversation === null) return [...all]
  const own = [conversation.agent.runtime, ...conversation.bindings.flatMap(({ runtime }) => runtime ?? [])]
  const byId = new Map(all.map((runtime) => [runtime.id, runtime]))
  const ids = new Set([...own, ...all].map(({ id }) => id))
  const known = new Map(own.map((runtime) => [runtime.id, runtime]))
  return [...ids].flatMap((id) => byId.get(id) ?? known.get(id) ?? [])
}
