import { AlertDialog } from '@base-ui/react/alert-dialog'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactElement, ReactNode } from 'react'
import { Problem } from './notice.js'

interface Props {
  /** The button that opens the dialog. */
  trigger: ReactElement
  title: string
  /** What will happen, and what will not. */
  children: ReactNode
  confirm: string
  act: () => Promise<unknown>
}

/** Asks before a change. A refusal stays in the dialog, with its reason. */
export function Confirm({ trigger, title, children, confirm, act }: Props): ReactNode {
  const [open, setOpen] = useState(false)
  const action = useMutation({ mutationFn: act, onSuccess: () => setOpen(false) })
  const change = (next: boolean): void => {
    action.reset()
    setOpen(next)
  }
  return (
    <AlertDialog.Root open={open} onOpenChange={change}>
      <AlertDialog.Trigger render={trigger} />
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="dialog">
          <AlertDialog.Title className="dialog-title">{title}</AlertDialog.Title>
          <AlertDialog.Description className="dialog-words" render={<div />}>
            {children}
          </AlertDialog.Description>
          {action.error !== null && <Problem error={action.error} />}
          <div className="dialog-end">
            <AlertDialog.Close className="button">Go back</AlertDialog.Close>
            <button
              type="button"
              className="button primary"
              disabled={action.isPending}
              onClick={() => action.mutate()}
            >
              {confirm}
            </button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
