import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram } from '../../scripts/chromium.mjs'
import { OwnProcess } from './own-process.ts'

const CONFIGURATION = join(
  dirname(dirname(dirname(fileURLToPath(import.meta.url)))),
  'docs/guides/edges/nginx.conf',
)

export const NGINX = findProgram('nginx') ?? ['/usr/sbin/nginx'].find((path) => existsSync(path))
export const PURGE_MODULE = [
  '/usr/lib/nginx/modules/ngx_http_cache_purge_module.so',
  '/usr/share/nginx/modules/ngx_http_cache_purge_module.so',
].find((path) => existsSync(path))

/** An nginx of a test's own with the configuration of the guide, in front of `origin`. */
export async function startNginx(
  origin: string,
): Promise<{ readonly nginx: OwnProcess; close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'thermocline-nginx-'))
  await mkdir(join(folder, 'cache'))
  const guide = await readFile(CONFIGURATION, 'utf8')
  const main = join(folder, 'nginx.conf')
  const nginx = await OwnProcess.start(
    NGINX ?? 'nginx',
    async (port) => {
      const site = guide
        .replace('/var/cache/nginx/shop', join(folder, 'cache'))
        .replace('127.0.0.1:8080', `127.0.0.1:${port}`)
        .replace('http://127.0.0.1:3000', origin)
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((name) => `  ${name}_temp_path ${join(folder, name)};`)
        .join('\n')
      await writeFile(
        main,
        `load_module ${PURGE_MODULE};
daemon off;
worker_processes 1;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${join(folder, 'pid')};
error_log stderr;
events { worker_connections 64; }
http {
  access_log off;
${temporary}
${site}
}
`,
      )
      return ['-p', folder, '-c', main, '-e', 'stderr']
    },
    async (port) => (await fetch(`http://127.0.0.1:${port}/never`, { method: 'PURGE' })).status !== 502,
  )
  return {
    nginx,
    close: async () => {
      await nginx.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
