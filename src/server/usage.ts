import { VARIABLES } from './config.js'

const WIDTH = Math.max(...Object.keys(VARIABLES).map((name) => name.length))

/** How the server is started, and every setting. */
export function usage(): string {
  const settings = Object.entries(VARIABLES).map(([name, { expected, fallback }]) => {
    const byDefault = fallback === null || fallback.toString() === '' ? '' : ` (${fallback.toString()})`
    return `  ${name.padEnd(WIDTH)}  ${expected}${byDefault}`
  })
  return [
    'Usage: npm start',
    '',
    'Builds Baton, and starts its server. Settings are variables of the environment:',
    '',
    ...settings,
    '',
    'The README says what they are for.',
    '',
  ].join('\n')
}
