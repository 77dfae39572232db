import type { Turn } from './adapter.js'
import { CHANGED_BY } from './permissions.js'
import type { Permissions } from './permissions.js'

const MOST_LINES = 4
const MOST_CHARACTERS = 400

/** A tool's answer in short: its first lines, and the number of other lines. */
function shortly(answer: string): string {
  const lines = answer.trim().split('\n')
  const some = lines.slice(0, MOST_LINES).join('\n').slice(0, MOST_CHARACTERS)
  const more = lines.length - MOST_LINES
  return more > 0 ? `${some}\n... ${more} more ${more === 1 ? 'line' : 'lines'}` : some
}

/** The tools of a turn as progress, and which of them were denied. */
export class ShownTools {
  readonly denied: string[] = []
  ran = false

  constructor(
    private readonly permissions: Permissions,
    private readonly show: Turn['onProgress'],
  ) {}

  began(line: string): void {
    this.ran = true
    this.show({ kind: 'tool', text: line })
  }

  answered(answer: string, failed = false): void {
    const short = shortly(answer)
    if (short !== '') this.show({ kind: failed ? 'tool_error' : 'tool_result', text: short })
  }

  allowed(line: string): void {
    this.show({ kind: 'permission', text: `Asked, and allowed once: ${line}` })
  }

  /** Names the option once per turn, because an agent tries other ways after a denial. */
  refused(line: string): void {
    const option = this.denied.length === 0 ? `\nThe agent has --permissions ${this.permissions}. ${CHANGED_BY}` : ''
    if (this.denied.includes(line)) return
    this.denied.push(line)
    this.show({ kind: 'denied', text: `Denied: ${line}${option}` })
  }

  /** The part of the task's result about permissions. */
  summary(): { permissions: Permissions; denied?: string[] } {
    return { permissions: this.permissions, ...(this.denied.length > 0 && { denied: this.denied }) }
  }
}
