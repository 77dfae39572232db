import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

/** Builds the dashboard: src/dashboard to dist/dashboard, which the server serves as it is. */
export default defineConfig({
  root: fileURLToPath(new URL('../src/dashboard', import.meta.url)),
  base: '/',
  cacheDir: fileURLToPath(new URL('../node_modules/.cache/vite', import.meta.url)),
  build: {
    outDir: fileURLToPath(new URL('../dist/dashboard', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    // Nothing is inlined: the server's content security policy only allows files from the server itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // The size that matters is that of the first load, gzipped, and a test checks it.
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      onwarn(warning, warn) {
        // Libraries mark code with "use client" for frameworks with server rendering. This page has none.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning)
      },
    },
  },
})
