import type { ReactNode } from 'react'

interface Named {
  title: string | null
  issueKey: string | null
}

/** What a conversation is called, on every page: of an issue its key, then its title. */
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

/** An issue without a title has its key for one, which is not said twice. */
function partsOf({ title, issueKey }: Named): { key: string | null; title: string } {
  const key = issueKey === title ? null : issueKey
  return { key, title: title === null || title === '' ? 'Untitled' : title }
}
