import { useCallback } from 'react'
import { useSearchParams } from 'wouter'

/** A value in the URL; null removes it. It replaces the history entry, so that Back leads to another page. */
export function useUrlValue(name: string): [string | null, (value: string | null) => void] {
  const [params, setParams] = useSearchParams()
  const set = useCallback(
    (value: string | null) =>
      setParams(
        (before) => {
          const after = new URLSearchParams(before)
          if (value === null || value === '') after.delete(name)
          else after.set(name, value)
          return after
        },
        { replace: true },
      ),
    [name, setParams],
  )
  return [params.get(name), set]
}

/** Several values under one name, comma-separated; no value contains a comma. */
export function useUrlList(name: string): [string[], (values: string[]) => void] {
  const [value, set] = useUrlValue(name)
  const setList = useCallback((values: string[]) => set(values.length === 0 ? null : values.join(',')), [set])
  return [value === null ? [] : value.split(','), setList]
}
