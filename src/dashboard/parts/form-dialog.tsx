import { Dialog } from '@base-ui/react/dialog'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { FormEvent, ReactElement, ReactNode } from 'react'
import { Problem } from './notice.js'

interface Props {
  /** The button that opens the dialog. */
  trigger: ReactElement
  title: string
  /** What the form does, in a sentence. */
  words: string
  /** The fields; each has a name. */
  children: ReactNode
  submit: string
  /** Receives the entered values, trimmed. A refusal stays in the dialog and keeps what was entered. */
  act: (entered: Readonly<Record<string, string>>) => Promise<unknown>
  /** Replaces the fields after success; without it, the dialog closes. */
  done?: ReactNode
  onClose?: () => void
}

/** A dialog with a form that creates something. */
export function FormDialog({ trigger, title, words, children, submit, act, done, onClose }: Props): ReactNode {
  const [open, setOpen] = useState(false)
  const action = useMutation({ mutationFn: act, onSuccess: () => done === undefined && change(false) })
  const change = (next: boolean): void => {
    action.reset()
    setOpen(next)
    if (!next) onClose?.()
  }
  const send = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const entered: Record<string, string> = {}
    for (const [name, value] of new FormData(event.currentTarget)) {
      if (typeof value === 'string') entered[name] = value.trim()
    }
    action.mutate(entered)
  }
  return (
    <Dialog.Root open={open} onOpenChange={change}>
      <Dialog.Trigger render={trigger} />
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog">
          <Dialog.Title className="dialog-title">{title}</Dialog.Title>
          <Dialog.Description className="dialog-words">{words}</Dialog.Description>
          {action.isSuccess && done !== undefined ? (
            <>
              {done}
              <div className="dialog-end">
                <Dialog.Close className="button primary">Done</Dialog.Close>
              </div>
            </>
          ) : (
            <form onSubmit={send} className="dialog-form">
              {children}
              {action.error !== null && <Problem error={action.error} />}
              <div className="dialog-end">
                <Dialog.Close className="button">Cancel</Dialog.Close>
                <button type="submit" className="button primary" disabled={action.isPending}>
                  {submit}
                </button>
              </div>
            </form>
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
