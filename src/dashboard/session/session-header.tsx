import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { useNow } from '../clock.js'
import { Age } from '../parts/age.js'
import { LiveDot, StatusChip } from '../parts/chips.js'
import { ConversationTitle } from '../parts/conversation-title.js'
import { CopyButton } from '../parts/copy-button.js'
import { shortPath, shortSession } from '../words/id-words.js'
import { spanInWords } from '../words/time-words.js'
import { NextClaims } from './next-claims.js'
import { SessionActions } from './session-actions.js'
import { useSession } from './session-context.js'
import { namesOf } from './session-page.js'
import { SessionTag } from './session-tag.js'
import { isOpen } from './task-actions.js'

/** The task that runs or waits now, and for how long. */
function Now(): ReactNode {
  const { conversation, at } = useSession()
  const now = useNow()
  const { newestTask } = conversation
  if (at !== null || newestTask === null || !isOpen(newestTask)) return null
  const since = Date.parse(newestTask.startedAt ?? newestTask.createdAt)
  return (
    <div>
      <dt>Now</dt>
      <dd>
        <StatusChip status={newestTask.status} />{' '}
        <span className="muted">for {spanInWords(Math.max(0, now - since))}</span>
      </dd>
    </div>
  )
}

export function SessionHeader(): ReactNode {
  const { conversation } = useSession()
  const { pointer, agent } = conversation
  const runtime = pointer.runtime ?? agent.runtime
  return (
    <header className="session-head">
      <div className="session-head-top">
        <p className="crumb">
          <Link href="/">Sessions</Link> <span aria-hidden="true">/</span> {agent.name}
        </p>
        <SessionActions />
      </div>
      <h1>
        <ConversationTitle {...namesOf(conversation)} />
      </h1>
      {conversation.sealed !== null && (
        <p className="muted">
          The history up to version {conversation.sealed.throughVersion} was archived{' '}
          <Age time={conversation.sealed.sealedAt} />. An operator restores it with{' '}
          <code>baton restore-conversation {conversation.id}</code>.
        </p>
      )}
      <dl className="facts">
        <div>
          <dt>Agent</dt>
          <dd>
            {agent.name} <span className="muted">rev. {agent.revision}</span>
          </dd>
        </div>
        <Now />
        <div>
          <dt>Pointer</dt>
          <dd>
            {pointer.sessionId === null ? (
              <span className="muted">no session to resume</span>
            ) : (
              <CopyButton
                text={pointer.sessionId}
                what="session id"
                label={<SessionTag sessionId={pointer.sessionId} />}
              />
            )}
          </dd>
        </div>
        <div>
          <dt>{pointer.runtime === null ? 'Next runtime' : 'Lives on'}</dt>
          <dd>
            <LiveDot status={runtime.status} /> {runtime.name}
            {runtime.status !== 'ONLINE' && runtime.lastSeenAt !== null && (
              <span className="muted">
                {' '}
                last seen <Age time={runtime.lastSeenAt} />
              </span>
            )}
          </dd>
        </div>
        {pointer.workDir !== null && (
          <div>
            <dt>Work directory</dt>
            <dd>
              <CopyButton
                text={pointer.workDir}
                what="work directory"
                label={<code title={pointer.workDir}>{shortPath(pointer.workDir)}</code>}
              />
            </dd>
          </div>
        )}
      </dl>
      <NextClaims />
      <p className="unseen" role="status">
        {pointer.sessionId === null ? 'The pointer is empty' : `The pointer is at ${shortSession(pointer.sessionId)}`}
      </p>
    </header>
  )
}
