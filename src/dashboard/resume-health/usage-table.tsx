import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ask } from '../api/queries.js'
import { Problem } from '../parts/notice.js'
import { plural } from '../words/id-words.js'

interface Props {
  since: string
  agentId: string | null
}

const everyMinute = () => 60

/** The usage that daemons reported, one row per day and agent. */
export function UsageTable({ since, agentId }: Props): ReactNode {
  const { data, error } = useQuery(ask('UsageByDay', { since, agentId }, everyMinute))
  if (error !== null) return <Problem error={error} />
  const rows = data?.usageByDay ?? []
  if (data !== undefined && rows.length === 0) {
    return <p className="muted">No run in this period reported its usage.</p>
  }
  const sum = (of: (row: (typeof rows)[number]) => number): number => rows.reduce((all, row) => all + of(row), 0)
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Usage by day and agent">
      <table className="usage">
        <thead>
          <tr>
            <th scope="col">Day (UTC)</th>
            <th scope="col">Agent</th>
            <th scope="col">Runs</th>
            <th scope="col">Input tokens</th>
            <th scope="col">Cache reads</th>
            <th scope="col">Cache writes</th>
            <th scope="col">Output tokens</th>
            <th scope="col">Cost</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.day} ${row.agent.id}`}>
              <th scope="row">{row.day}</th>
              <td>{row.agent.name}</td>
              <Amounts {...row} />
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            <td>{plural(new Set(rows.map(({ agent }) => agent.id)).size, 'agent')}</td>
            <Amounts
              runs={sum(({ runs }) => runs)}
              inputTokens={sum(({ inputTokens }) => inputTokens)}
              cacheReadTokens={sum(({ cacheReadTokens }) => cacheReadTokens)}
              cacheWriteTokens={sum(({ cacheWriteTokens }) => cacheWriteTokens)}
              outputTokens={sum(({ outputTokens }) => outputTokens)}
              costUsd={sum(({ costUsd }) => costUsd)}
            />
          </tr>
        </tfoot>
      </table>
    </div>
  )
}

interface Amount {
  runs: number
  inputTokens: number
  cacheReadTokens: number
  cacheWriteTokens: number
  outputTokens: number
  costUsd: number
}

function Amounts({ runs, inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, costUsd }: Amount): ReactNode {
  return (
    <>
      {[runs, inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens].map((amount, index) => (
        <td key={index} className="amount">
          {amount.toLocaleString()}
        </td>
      ))}
      <td className="amount">${costUsd.toFixed(2)}</td>
    </>
  )
}
