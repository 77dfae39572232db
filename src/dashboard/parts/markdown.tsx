import type { ReactNode } from 'react'
import ReactMarkdown from 'react-markdown'
import type { Components } from 'react-markdown'
import rehypeHighlight from 'rehype-highlight'
import remarkGfm from 'remark-gfm'

/** Links lead away in a window of their own. Pictures are links: the page loads nothing from elsewhere. */
const components: Components = {
  a: ({ href, children }) => <Away to={href}>{children}</Away>,
  img: ({ src, alt }) => <Away to={src}>{alt === undefined || alt === '' ? 'A picture' : alt}</Away>,
  // Scrolls by itself; by keyboard as well.
  pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
}

/** An address that ReactMarkdown does not let through comes as an empty one. */
function Away({ to, children }: { to: unknown; children: ReactNode }): ReactNode {
  if (typeof to !== 'string' || to === '') return <span>{children}</span>
  return (
    <a href={to} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  )
}

/** Markdown as agents write it. HTML in it is text, and links are http, https or mailto. */
export function Markdown({ text }: { text: string }): ReactNode {
  return (
    <div className="markdown">
      <ReactMarkdown
        remarkPlugins={[remarkGfm]}
        rehypePlugins={[[rehypeHighlight, { detect: false }]]}
        components={components}
      >
        {text}
      </ReactMarkdown>
    </div>
  )
}
