import type { ReactNode } from 'react'
import type { Policy } from './simulate.js'

const AGES: readonly [string, number | null][] = [
  ['any age', null],
  ['an hour', 3_600],
  ['8 hours', 28_800],
  ['a day', 86_400],
  ['3 days', 259_200],
  ['a week', 604_800],
]

export function PolicyForm({ policy, change }: { policy: Policy; change: (policy: Policy) => void }): ReactNode {
  const ages = AGES.some(([, seconds]) => seconds === (policy.maxAgeSeconds ?? null))
    ? AGES
    : [...AGES, [`${policy.maxAgeSeconds ?? 0} s`, policy.maxAgeSeconds ?? null] as const]
  return (
    <fieldset className="policy">
      <legend>Policy</legend>
      <label className="check">
        <input
          type="checkbox"
          checked={policy.enabled ?? true}
          onChange={({ target }) => change({ ...policy, enabled: target.checked })}
        />
        Resume sessions at all
      </label>
      <label>
        Which session to resume
        <select
          value={policy.scope ?? 'LATEST'}
          onChange={({ target }) =>
            change({ ...policy, scope: target.value === 'LATEST' ? 'LATEST' : 'NEWEST_ON_RUNTIME' })
          }
        >
          <option value="LATEST">only the newest one</option>
          <option value="NEWEST_ON_RUNTIME">the newest on the runtime</option>
        </select>
      </label>
      <label>
        When the agent’s config has changed
        <select
          value={policy.onAgentChange ?? 'RESUME'}
          onChange={({ target }) => change({ ...policy, onAgentChange: target.value === 'FRESH' ? 'FRESH' : 'RESUME' })}
        >
          <option value="RESUME">resume anyway</option>
          <option value="FRESH">start fresh</option>
        </select>
      </label>
      <label>
        Give a session up after this many failures in a row
        <input
          type="number"
          min={1}
          max={1000}
          value={policy.maxResumeFailures ?? 3}
          onChange={({ target }) => change({ ...policy, maxResumeFailures: clamp(target.valueAsNumber) })}
        />
      </label>
      <label>
        Resume sessions idle for up to
        <select
          value={policy.maxAgeSeconds ?? ''}
          onChange={({ target }) =>
            change({ ...policy, maxAgeSeconds: target.value === '' ? null : Number(target.value) })
          }
        >
          {ages.map(([label, seconds]) => (
            <option key={label} value={seconds ?? ''}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </fieldset>
  )
}

function clamp(value: number): number {
  return Number.isFinite(value) ? Math.min(1000, Math.max(1, Math.round(value))) : 1
}
