import { useMutation } from '@tanstack/react-query'
import { useLayoutEffect, useRef, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { request } from '../api/request.js'
import { newRequestId } from '../ids.js'
import { Notice, Problem } from '../parts/notice.js'
import { Skeleton } from '../parts/skeleton.js'
import { useSession } from './session-context.js'
import { TurnView } from './turn.js'
import { useTurns } from './use-turns.js'

/** Within this many pixels of the end, the person counts as reading the newest turn. */
const AT_END = 120

/** The conversation as a chat: prompts, answers, and where a session was denied. */
export function Conversation(): ReactNode {
  const { id, conversation, mayChange } = useSession()
  const { turns, hasOlder, readOlder, loading, error, again } = useTurns(id)
  useStayAtEnd(turns)
  if (error !== null) return <Problem error={error} again={again} />
  if (loading) return <Skeleton rows={10} />
  return (
    <section aria-label="Conversation" className="conversation">
      {hasOlder && (
        <button type="button" className="button" onClick={readOlder}>
          Earlier turns
        </button>
      )}
      {turns.length === 0 && <Notice title="No messages yet">The first message starts a session.</Notice>}
      <ol className="turns">
        {turns.map((turn) => (
          <li key={turn.id}>
            <TurnView turn={turn} />
          </li>
        ))}
      </ol>
      {mayChange && 'status' in conversation && conversation.status === 'ACTIVE' && <Composer />}
    </section>
  )
}

/** The window follows the newest turn while the end is in view, and otherwise stays where it is. */
function useStayAtEnd(turns: unknown): void {
  const wasAtEnd = useRef(true)
  useLayoutEffect(() => {
    const scrolled = (): void => {
      wasAtEnd.current = window.innerHeight + window.scrollY >= document.body.scrollHeight - AT_END
    }
    const grown = new ResizeObserver(() => {
      if (wasAtEnd.current) window.scrollTo(0, document.body.scrollHeight)
    })
    grown.observe(document.body)
    window.addEventListener('scroll', scrolled, { passive: true })
    return () => {
      grown.disconnect()
      window.removeEventListener('scroll', scrolled)
    }
  }, [])
  useLayoutEffect(() => {
    if (wasAtEnd.current) window.scrollTo(0, document.body.scrollHeight)
  }, [turns])
}

/** Sends a message, which starts a turn. */
function Composer(): ReactNode {
  const { id, conversation } = useSession()
  const [content, setContent] = useState('')
  // One id per message: a repeated send makes only one turn.
  const [requestId, setRequestId] = useState(newRequestId)
  const send = useMutation({
    mutationFn: () => request('SendMessage', { input: { chatSessionId: id, content, requestId } }),
    onSuccess: () => {
      setContent('')
      setRequestId(newRequestId())
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (content.trim() !== '' && !send.isPending) send.mutate()
  }
  return (
    <form onSubmit={submit} className="composer">
      {send.error !== null && <Problem error={send.error} />}
      <label htmlFor="message">Message to {conversation.agent.name}</label>
      <textarea
        id="message"
        rows={3}
        value={content}
        onChange={(event) => setContent(event.target.value)}
        onKeyDown={(event) => event.key === 'Enter' && (event.metaKey || event.ctrlKey) && submit(event)}
      />
      <div className="composer-end">
        <span className="muted">Runs on {conversation.agent.runtime.name}. Ctrl + Enter sends.</span>
        <button type="submit" className="button primary" disabled={send.isPending || content.trim() === ''}>
          Send
        </button>
      </div>
    </form>
  )
}
