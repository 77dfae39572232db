import { useState } from 'react'
import type { ReactNode } from 'react'

const KEY = 'baton.theme'

/** Switches between light and dark. Until it is used, the system's theme applies. */
export function ThemeToggle(): ReactNode {
  const [dark, setDark] = useState(isDark)
  const toggle = (): void => {
    const theme = dark ? 'light' : 'dark'
    document.documentElement.dataset['theme'] = theme
    localStorage.setItem(KEY, theme)
    setDark(!dark)
  }
  return (
    <button type="button" className="icon-button" onClick={toggle} aria-label={dark ? 'Light theme' : 'Dark theme'}>
      <span aria-hidden="true">{dark ? '☀' : '☾'}</span>
    </button>
  )
}

function isDark(): boolean {
  const { theme } = document.documentElement.dataset
  return theme === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark'
}
