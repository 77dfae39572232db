import { Dialog } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'

const KEYS: readonly [string, string][] = [
  ['/', 'Search'],
  ['j  k', 'Next and previous row'],
  ['enter', 'Open the row or the session'],
  ['n  N', 'Next and previous denied resume'],
  ['1  2  3  4', 'Conversation, events, lanes, pointer'],
  ['w', 'What if another policy applied'],
  ['y', 'Copy a link to this row'],
  ['p', 'Pause or continue'],
  ['?', 'This list'],
  ['esc', 'Close'],
]

export function Help({ open, setOpen }: { open: boolean; setOpen: (open: boolean) => void }): ReactNode {
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog">
          <Dialog.Title className="dialog-title">Keyboard</Dialog.Title>
          <dl className="keys">
            {KEYS.map(([keys, does]) => (
              <div key={keys}>
                <dt>
                  {keys.split('  ').map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
          <div className="dialog-end">
            <Dialog.Close className="button">Close</Dialog.Close>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
