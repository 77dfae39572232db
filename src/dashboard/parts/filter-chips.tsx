import type { ReactNode } from 'react'

interface FilterOption {
  value: string
  label: ReactNode
  /** The number of matches, if the page knows it. */
  count?: number
}

interface Props {
  name: string
  options: FilterOption[]
  chosen: readonly string[]
  choose: (values: string[]) => void
}

/**
 * One question with its answers as chips. Several chips of a row are alternatives (OR); several rows narrow each other
 * (AND).
 */
export function FilterChips({ name, options, chosen, choose }: Props): ReactNode {
  const offered = options.filter(({ value, count = 1 }) => count > 0 || chosen.includes(value))
  if (offered.length === 0) return null
  const toggle = (value: string): void =>
    choose(chosen.includes(value) ? chosen.filter((other) => other !== value) : [...chosen, value])
  return (
    <div className="filter" role="group" aria-label={name}>
      <span className="filter-name" aria-hidden="true">
        {name}
      </span>
      {offered.map(({ value, label, count }) => (
        <button
          key={value}
          type="button"
          className="filter-chip"
          aria-pressed={chosen.includes(value)}
          onClick={() => toggle(value)}
        >
          {label}
          {count !== undefined && <span className="filter-count"> {count.toLocaleString()}</span>}
        </button>
      ))}
    </div>
  )
}
