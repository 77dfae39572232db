import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Where Debian puts libfaketime, by the machine's kind. */
const LIBRARIES = '/usr/lib'

/**
 * Settings under which a process takes the time for so many seconds later (negative: earlier) than it is: by libfaketime,
 * which tells all of the process so; where the machine has none, by JavaScript's own Date.
 */
export function wrongClock(seconds: number): Record<string, string> {
  const library = faketime()
  if (library === null) return { NODE_OPTIONS: `--import ${shiftedDate(seconds * 1000)}` }
  return {
    LD_PRELOAD: library,
    FAKETIME: `${seconds < 0 ? '' : '+'}${seconds}`,
    // As on a machine whose clock is wrong: that one counts from its start.
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  }
}

/** For threads, which Node has. */
function faketime(): string | null {
  if (!existsSync(LIBRARIES)) return null
  const files = readdirSync(LIBRARIES).map((kind) => join(LIBRARIES, kind, 'faketime/libfaketimeMT.so.1'))
  return files.find((file) => existsSync(file)) ?? null
}

function shiftedDate(ms: number): string {
  const script = `const D=Date,n=()=>D.now()+${ms};globalThis.Date=class extends D{constructor(...a){super(...(a.length?a:[n()]))}static now(){return n()}}`
  return `data:text/javascript,${encodeURIComponent(script)}`
}
