import { register } from 'node:module'

/** `node --import ./.config/typescript.js file.ts` runs TypeScript, with each file's own place and imports. */
register('./typescript-hooks.js', import.meta.url)
