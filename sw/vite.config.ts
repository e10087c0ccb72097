import { type Plugin, type UserConfig, build, defineConfig } from 'vite'

/** A worker is one classic script, beside what `tsc` has put into dist. */
function script(entry: string, fileName: string): UserConfig {
  return {
    root: import.meta.dirname,
    // Workbox drops its development messages and checks by this.
    define: { 'process.env.NODE_ENV': JSON.stringify('production') },
    build: {
      outDir: '../dist',
      emptyOutDir: false,
      target: 'es2022',
      minify: true,
      lib: { entry, formats: ['iife'], name: 'thermocline', fileName: () => fileName },
    },
  }
}

/** Builds the worker that switches the drop-in off, wherever that is built to. */
const offSwitch: Plugin = {
  name: 'off-switch',
  async writeBundle({ dir }) {
    const config = script('off-entry.ts', 'sw-off.js')
    const output = { ...config.build, ...(dir === undefined ? {} : { outDir: dir }) }
    await build({ ...config, build: output, configFile: false, logLevel: 'warn' })
  },
}

/** Builds the drop-in service worker. */
export default defineConfig({ ...script('entry.ts', 'sw.js'), plugins: [offSwitch] })
