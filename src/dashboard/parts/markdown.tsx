import type { ReactNode } from 'react'
import ReactMarkdown from 'react-markdown'
import type { Components } from 'react-markdown'
import rehypeHighlight from 'rehype-highlight'
import remarkGfm from 'remark-gfm'

/** Links open a new window. Pictures become links, because the page loads nothing from other sites. */
const components: Components = {
  a: ({ href, children }) => <Away to={href}>{children}</Away>,
  img: ({ src, alt }) => <Away to={src}>{alt === undefined || alt === '' ? 'A picture' : alt}</Away>,
  // Scrolls on its own, also by keyboard.
  pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
}

/** ReactMarkdown passes a refused address as an empty one. */
function Away({ to, children }: { to: unknown; children: ReactNode }): ReactNode {
  if (typeof to !== 'string' || to === '') return <span>{children}</span>
  return (
    <a href={to} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  )
}

/** Renders Markdown from agents. HTML is shown as text; links are http, https or mailto. */
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
