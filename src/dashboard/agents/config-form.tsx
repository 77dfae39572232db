import { useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { problemsAt } from '../api/api-error.js'
import { Field } from '../parts/field.js'
import type { FieldProps } from '../parts/field.js'
import type { AgentNode } from './agent-page.js'
import { configOf, draftOf, fieldsOf, REST } from './config-fields.js'
import type { ConfigField, Draft, Misread } from './config-fields.js'
import { SaveEnd, useUpdate } from './use-update.js'

/** The agent's config: one field for each key that the server's schema describes. */
export function ConfigForm({ agent, schema }: { agent: AgentNode; schema: unknown }): ReactNode {
  const fields = fieldsOf(schema)
  const [draft, setDraft] = useState<Draft | null>(null)
  const [basis, setBasis] = useState(agent.revision)
  const [wrong, setWrong] = useState<Misread>({})
  const update = useUpdate(agent.id)
  const shown = draft ?? draftOf(agent.config, fields)
  const type = (path: string, text: string): void => {
    if (draft === null) setBasis(agent.revision)
    setDraft({ ...shown, [path]: text })
  }
  const forget = (): void => {
    setDraft(null)
    setWrong({})
    update.reset()
  }
  const save = (event: FormEvent): void => {
    event.preventDefault()
    const read = configOf(shown, fields)
    setWrong('wrong' in read ? read.wrong : {})
    if ('config' in read) update.mutate({ config: read.config }, { onSuccess: () => setDraft(null) })
  }
  const problemsOf = (path: string): string[] => [
    ...(wrong[path] === undefined ? [] : [wrong[path]]),
    ...problemsAt(update.error, `input.config.${path}`).map((problem) => inWords(problem, path)),
  ]
  const named = new Set(fields.flatMap(({ path }) => problemsAt(update.error, `input.config.${path}`)))
  const others = problemsAt(update.error, 'input.config').filter((problem) => !named.has(problem))
  return (
    <form className="card fields" aria-label="Config" onSubmit={save} noValidate>
      <h2>Config</h2>
      <p className="muted">
        The daemon passes this config to the CLI. Saving creates revision {agent.revision + 1}. Active runs keep their
        revision.
      </p>
      {draft !== null && basis !== agent.revision && (
        <p className="field-problem" role="alert">
          Somebody else changed this config: it is at revision {agent.revision} now. Saving overwrites that change.
        </p>
      )}
      {fields.map((field) => (
        <Field
          key={field.path}
          label={<code>{field.path}</code>}
          hint={field.kind === 'lines' ? `${field.description} One per line.` : field.description}
          problems={problemsOf(field.path)}
        >
          {(props) => <ConfigInput {...{ field, props }} value={shown[field.path] ?? ''} type={type} />}
        </Field>
      ))}
      <Field
        label="Other keys"
        hint="A JSON object. Baton keeps these keys and passes them to the daemon unchanged."
        problems={[
          ...(wrong[REST] === undefined ? [] : [wrong[REST]]),
          ...others.map((problem) => inWords(problem, '')),
        ]}
      >
        {(props) => (
          <textarea
            {...props}
            rows={3}
            className="code"
            spellCheck={false}
            value={shown[REST] ?? ''}
            onChange={({ target }) => type(REST, target.value)}
          />
        )}
      </Field>
      <SaveEnd update={update} save="Save config" changed={draft !== null} forget={forget} shownAt={['input.config']} />
    </form>
  )
}

/** The message, with the path inside the field if there is one. */
function inWords({ path, message }: { path: string; message: string }, field: string): string {
  const inside = path.slice(`input.config.${field}`.length).replace(/^\./, '')
  return inside === '' ? `It ${message}` : `${inside} ${message}`
}

interface InputProps {
  field: ConfigField
  props: FieldProps
  value: string
  type: (path: string, text: string) => void
}

function ConfigInput({ field: { path, kind, choices, minimum, maximum }, props, value, type }: InputProps): ReactNode {
  const common = { ...props, value, spellCheck: kind === 'long' }
  switch (kind) {
    case 'choice':
      return (
        <select {...props} value={value} onChange={({ target }) => type(path, target.value)}>
          <option value="">not set</option>
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      )
    case 'long':
      return <textarea {...common} rows={6} onChange={({ target }) => type(path, target.value)} />
    case 'lines':
    case 'json':
      return <textarea {...common} className="code" rows={2} onChange={({ target }) => type(path, target.value)} />
    case 'number':
      return (
        <input
          {...common}
          type="number"
          min={minimum}
          max={maximum}
          onChange={({ target }) => type(path, target.value)}
        />
      )
    case 'text':
      return <input {...common} autoComplete="off" onChange={({ target }) => type(path, target.value)} />
  }
}
