import { BREAK, visit } from 'graphql'
import type { DocumentNode } from 'graphql'

/** Whether a document selects one of these fields anywhere. Each document is searched once, because documents repeat. */
export function mentionsField(...names: readonly string[]): (document: DocumentNode) => boolean {
  const known = new WeakMap<DocumentNode, boolean>()
  return (document) => {
    const before = known.get(document)
    if (before !== undefined) return before
    let found = false
    visit(document, {
      Field({ name }) {
        if (!names.includes(name.value)) return undefined
        found = true
        return BREAK
      },
    })
    known.set(document, found)
    return found
  }
}
