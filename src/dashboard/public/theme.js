// Runs before the first paint, so that the page does not flash in the other theme.
try {
  const theme = globalThis.localStorage.getItem('baton.theme')
  if (theme === 'dark' || theme === 'light') globalThis.document.documentElement.dataset.theme = theme
} catch {
  // Without storage, the system's theme applies.
}
