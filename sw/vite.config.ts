import { type Plugin, type UserConfig, build, defineConfig } from 'vite'

/** A file that a site takes as it is, beside what `tsc` has put into dist: a worker is a classic script, a page takes a module. */
function script(entry: string, fileName: string, format: 'iife' | 'es' = 'iife'): UserConfig {
  return {
    root: import.meta.dirname,
    // Workbox drops its development messages and checks by this.
    define: { 'process.env.NODE_ENV': JSON.stringify('production') },
    build: {
      outDir: '../dist',
      emptyOutDir: false,
      target: 'es2022',
      minify: true,
      // Vite leaves modules of a library readable, for a bundler that comes after it.
      rolldownOptions: { output: { minify: true } },
      lib: { entry, formats: [format], name: 'thermocline', fileName: () => fileName },
    },
  }
}

/** Builds what else there is beside the drop-in, wherever that is built to. */
const others: Plugin = {
  name: 'others',
  async writeBundle({ dir }) {
    for (const config of [
      script('off-entry.ts', 'sw-off.js'),
      script('../client/page-entry.ts', 'client.js', 'es'),
      script('../client/panel-entry.ts', 'panel.js', 'es'),
    ]) {
      const output = { ...config.build, ...(dir === undefined ? {} : { outDir: dir }) }
      await build({ ...config, build: output, configFile: false, logLevel: 'warn' })
    }
  },
}

/** Builds the drop-in service worker. */
export default defineConfig({ ...script('entry.ts', 'sw.js'), plugins: [others] })
