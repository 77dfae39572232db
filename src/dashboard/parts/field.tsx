import { useId } from 'react'
import type { ReactNode } from 'react'

export interface FieldProps {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

interface Props {
  label: ReactNode
  hint?: string
  /** The problems of the entered value. */
  problems?: readonly string[]
  /** Renders the input with the attributes that connect it to its label, hint and problems. */
  children: (props: FieldProps) => ReactNode
}

/** A labelled input with its problems below it. */
export function Field({ label, hint = '', problems = [], children }: Props): ReactNode {
  const id = useId()
  const described = [hint !== '' && `${id}-hint`, problems.length > 0 && `${id}-problem`].filter((one) => one !== false)
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        'aria-describedby': described.length === 0 ? undefined : described.join(' '),
        'aria-invalid': problems.length > 0 ? true : undefined,
      })}
      {hint !== '' && (
        <p id={`${id}-hint`} className="field-hint muted">
          {hint}
        </p>
      )}
      {problems.length > 0 && (
        <p id={`${id}-problem`} className="field-problem" role="alert">
          {problems.join(' ')}
        </p>
      )}
    </div>
  )
}
