import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { Result } from '../api/request.js'
import { useNow } from '../clock.js'
import { Age } from '../parts/age.js'
import { StatusChip } from '../parts/chips.js'
import { ConversationTitle } from '../parts/conversation-title.js'
import { firstLine } from '../words/id-words.js'
import { spanInWords } from '../words/time-words.js'

type AgentNode = Extract<NonNullable<Result<'Agent'>['node']>, { held: unknown }>
export type DoingTask = AgentNode['held']['nodes'][number] & { agent?: { id: string; name: string } }

/** The work of one slot: the task, its duration, and its latest progress. */
export function Doing({ task }: { task: DoingTask }): ReactNode {
  const now = useNow()
  const { status, conversation, agent, claimedAt, startedAt, progress } = task
  const since = startedAt ?? claimedAt
  const told = progress.nodes.at(-1)
  return (
    <li className="doing">
      <StatusChip status={status} />
      <span className="doing-for">{since !== null && spanInWords(Math.max(0, now - Date.parse(since)))}</span>
      <Link href={`/sessions/${conversation.id}`} className="doing-what">
        <ConversationTitle
          title={conversation.title}
          issueKey={'issueKey' in conversation ? conversation.issueKey : null}
        />
      </Link>
      {agent !== undefined && <Link href={`/agents/${agent.id}`}>{agent.name}</Link>}
      <span className="doing-told muted">
        {told === undefined ? (
          'no progress yet'
        ) : (
          <>
            <Age time={told.at} />: {firstLine(told.text, 120)}
          </>
        )}
      </span>
    </li>
  )
}
