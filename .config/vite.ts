import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

/** The web page: src/dashboard to dist/dashboard, which the server gives out as it is. */
export default defineConfig({
  root: fileURLToPath(new URL('../src/dashboard', import.meta.url)),
  base: '/',
  cacheDir: fileURLToPath(new URL('../node_modules/.cache/vite', import.meta.url)),
  build: {
    outDir: fileURLToPath(new URL('../dist/dashboard', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    // Nothing inline: the server's content security policy allows only what comes from itself as a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // What counts is the first load gzipped, and a test holds that.
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      onwarn(warning, warn) {
        // Libraries say "use client" to frameworks that also render on a server; there is none here.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning)
      },
    },
  },
})
