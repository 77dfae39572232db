import type { ReactNode } from 'react'
import { useNow } from '../clock.js'
import { Age } from '../parts/age.js'
import { ReasonChip, StatusChip } from '../parts/chips.js'
import { CopyButton } from '../parts/copy-button.js'
import { Text } from '../parts/text.js'
import { plural } from '../words/id-words.js'
import { isDenied, wordsOfReason } from '../words/reason-words.js'
import { spanInWords } from '../words/time-words.js'
import { isOpen, TaskActions } from './task-actions.js'
import { useProgress } from './use-turns.js'
import type { Progress, Turn } from './use-turns.js'

/** One turn: the prompt, the agent's steps, and its answer. */
export function TurnView({ turn }: { turn: Turn }): ReactNode {
  const { prompt, output, status, retryOf, failure, createdAt } = turn
  return (
    <article className="turn" aria-label={retryOf === null ? 'A turn' : 'A retry'}>
      {retryOf === null && (
        <div className="said said-prompt">
          <p className="said-head muted">
            <Age time={createdAt} />
          </p>
          {prompt === null ? <p className="muted">This text was erased.</p> : <Text text={prompt} />}
        </div>
      )}
      <StartedFresh turn={turn} />
      {isOpen(turn) && <UnderWay turn={turn} />}
      {output !== null && output !== '' && (
        <div className="said said-answer">
          <p className="said-head muted">
            <EndedIn turn={turn} />
            <CopyButton text={output} what="answer" label="Copy" />
          </p>
          <Text text={output} markdown />
        </div>
      )}
      {status === 'COMPLETED' && (output === null || output === '') && (
        <p className="muted">The run ended without an answer.</p>
      )}
      {failure !== null && (
        <p className="failure">
          <strong>{failure.reason}</strong>: {failure.error}
          {failure.retryable && <span className="muted"> Baton retries it automatically.</span>}
        </p>
      )}
      {!isOpen(turn) && (
        <p className="turn-end">
          {status !== 'COMPLETED' && <StatusChip status={status} />} <Usage turn={turn} />
          <TaskActions task={turn} />
        </p>
      )}
    </article>
  )
}

/** A line where the conversation continued without its session. */
function StartedFresh({ turn: { resume } }: { turn: Turn }): ReactNode {
  if (resume === null || !isDenied(resume.outcome, resume.reason)) return null
  const told = resume.handoffRange?.turns ?? 0
  return (
    <p className="started-fresh">
      <ReasonChip reason={resume.reason} /> Started fresh because {wordsOfReason(resume.reason).because}.
      {told > 0 && ` The agent was offered ${plural(told, 'earlier turn')}.`}
    </p>
  )
}

function UnderWay({ turn }: { turn: Turn }): ReactNode {
  const told = useProgress(turn.id)
  const now = useNow()
  const since = Date.parse(turn.startedAt ?? turn.createdAt)
  const newest = told.at(-1)
  return (
    <div className="said said-answer under-way" aria-live="polite">
      <p className="said-head">
        <StatusChip status={turn.status} />{' '}
        <span className="muted">
          for {spanInWords(Math.max(0, now - since))}
          {newest !== undefined && (
            <>
              , last progress <Age time={newest.at} />
            </>
          )}
        </span>
        <TaskActions task={turn} />
      </p>
      {stretchesOf(told).map(({ kind, entries }) =>
        kind === 'text' ? (
          <Text key={entries[0]?.seq} text={entries.map(({ text }) => text).join('\n')} markdown />
        ) : (
          <Steps key={entries[0]?.seq} entries={entries} />
        ),
      )}
    </div>
  )
}

/** Tool calls and remarks between two stretches of text, folded to the newest one. */
function Steps({ entries }: { entries: readonly Progress[] }): ReactNode {
  const last = entries.at(-1)
  if (last === undefined) return null
  const line = ({ kind, text }: Progress): ReactNode => (
    <>
      <span className="muted">{kind}</span> {text}
    </>
  )
  if (entries.length === 1) return <p className="step">{line(last)}</p>
  return (
    <details className="steps">
      <summary>
        {line(last)} <span className="muted">· {plural(entries.length, 'step')}</span>
      </summary>
      <ol>
        {entries.map((entry) => (
          <li key={entry.seq}>{line(entry)}</li>
        ))}
      </ol>
    </details>
  )
}

function stretchesOf(told: readonly Progress[]): { kind: 'text' | 'step'; entries: Progress[] }[] {
  const stretches: { kind: 'text' | 'step'; entries: Progress[] }[] = []
  for (const entry of told) {
    const kind = entry.kind === 'text' ? 'text' : 'step'
    const last = stretches.at(-1)
    if (last?.kind === kind) last.entries.push(entry)
    else stretches.push({ kind, entries: [entry] })
  }
  return stretches
}

function EndedIn({ turn: { startedAt, finishedAt, attempt } }: { turn: Turn }): ReactNode {
  if (startedAt === null || finishedAt === null) return null
  const took = spanInWords(Date.parse(finishedAt) - Date.parse(startedAt))
  return `${took}${attempt > 1 ? ` · attempt ${attempt}` : ''} `
}

function Usage({ turn: { usage } }: { turn: Turn }): ReactNode {
  if (usage === null) return null
  const { model, inputTokens, outputTokens, costUsd } = usage
  const parts = [
    model,
    inputTokens !== null && `${inputTokens.toLocaleString()} tokens in`,
    outputTokens !== null && `${outputTokens.toLocaleString()} out`,
    costUsd !== null && `$${costUsd.toFixed(costUsd < 1 ? 3 : 2)}`,
  ].filter((part) => typeof part === 'string' && part !== '')
  return <span className="muted">{parts.join(' · ')}</span>
}
