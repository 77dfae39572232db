// Before the first paint, so that a chosen theme does not flash in the other one.
try {
  const theme = globalThis.localStorage.getItem('baton.theme')
  if (theme === 'dark' || theme === 'light') globalThis.document.documentElement.dataset.theme = theme
} catch {
  // No storage: the system's theme it is.
}
