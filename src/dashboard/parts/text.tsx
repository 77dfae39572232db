import { Suspense, useState } from 'react'
import type { ReactNode } from 'react'
import { later } from './later.js'
import { plural } from '../words/id-words.js'

/** Loaded with the first shown answer. If loading fails, texts stay plain. */
const Markdown = later(async () => (await import('./markdown.js')).Markdown, Plain)

function Plain({ text }: { text: string }): ReactNode {
  return <p className="plain-text">{text}</p>
}

const FOLDED_LINES = 40
const FOLDED_CHARACTERS = 6_000

/** A text by a person or an agent; long texts are folded. `markdown` renders it as Markdown, without its HTML. */
export function Text({ text, markdown = false }: { text: string; markdown?: boolean }): ReactNode {
  const [open, setOpen] = useState(false)
  const beginning = beginningOf(text)
  const isLong = beginning.length < text.length
  const shown = open || !isLong ? text : beginning
  const plain = <Plain text={shown} />
  return (
    <div className="text">
      {markdown ? (
        <Suspense fallback={plain}>
          <Markdown text={shown} />
        </Suspense>
      ) : (
        plain
      )}
      {isLong && (
        <button type="button" className="link" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Fold' : `Show all ${plural(text.split('\n').length, 'line')}`}
        </button>
      )}
    </div>
  )
}

function beginningOf(text: string): string {
  return text.split('\n', FOLDED_LINES).join('\n').slice(0, FOLDED_CHARACTERS)
}
