import { memo } from 'react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { Age } from '../parts/age.js'
import { LiveDot, OutcomeChip, ReasonChip, StatusChip } from '../parts/chips.js'
import { ConversationTitle } from '../parts/conversation-title.js'
import type { ConversationRow } from './conversations.js'

export const SessionRow = memo(function SessionRow({ row }: { row: ConversationRow }): ReactNode {
  const { status, agent, runtime, decision } = row
  return (
    <Link href={`/sessions/${row.id}`} data-row="">
      <span className="session-title">
        <ConversationTitle {...row} />
      </span>
      <span className="session-agent">{agent.name}</span>
      <span className="session-runtime">
        <LiveDot status={runtime.status} /> {runtime.name}
      </span>
      <span className="session-status">
        <StatusChip status={status} />
      </span>
      <span className="session-outcome">
        {decision !== null && (
          <>
            <OutcomeChip {...decision} /> <ReasonChip reason={decision.reason} />
          </>
        )}
      </span>
      <span className="session-age">
        <Age time={row.lastActivityAt} />
      </span>
    </Link>
  )
})
