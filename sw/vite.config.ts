import { defineConfig } from 'vite'

/** Builds the drop-in service worker, one classic script, beside what `tsc` has put into dist. */
export default defineConfig({
  root: import.meta.dirname,
  // Workbox drops its development messages and checks by this.
  define: { 'process.env.NODE_ENV': JSON.stringify('production') },
  build: {
    outDir: '../dist',
    emptyOutDir: false,
    target: 'es2022',
    minify: true,
    lib: { entry: 'entry.ts', formats: ['iife'], name: 'thermocline', fileName: () => 'sw.js' },
  },
})
