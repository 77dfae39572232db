import type { ReactNode } from 'react'

interface Named {
  title: string | null
  issueKey: string | null
}

/** A conversation's name, as on every page: the issue key if there is one, then the title. */
export function ConversationTitle(named: Named): ReactNode {
  const { key, title } = partsOf(named)
  return (
    <>
      {key !== null && <span className="issue-key">{key}</span>}
      {title}
    </>
  )
}

/** The same as one line of text. */
export function titleInWords(named: Named): string {
  const { key, title } = partsOf(named)
  return key === null ? title : `${key} ${title}`
}

/** An issue without a title uses its key as the title, which is shown once. */
function partsOf({ title, issueKey }: Named): { key: string | null; title: string } {
  const key = issueKey === title ? null : issueKey
  return { key, title: title === null || title === '' ? 'Untitled' : title }
}
