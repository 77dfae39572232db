export function WhatIf(_: { open: boolean; setOpen(o: boolean): void }) {
  return null
}
