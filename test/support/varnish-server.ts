import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findProgram } from '../../scripts/chromium.mjs'
import { OwnProcess } from './own-process.ts'

const run = promisify(execFile)
const GUIDES = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'docs', 'guides', 'edges')
/** Where systems keep vmods. */
const LIBRARIES = ['/usr/lib', '/usr/local/lib', '/opt/homebrew/lib']

export const VARNISHD = findProgram('varnishd') ?? ['/usr/sbin/varnishd'].find((path) => existsSync(path))

/** Whether vmod_xkey is there. */
export async function hasXkey(): Promise<boolean> {
  for (const folder of LIBRARIES) {
    const names = await readdir(folder, { withFileTypes: true }).catch(() => [])
    const places = [
      folder,
      ...names.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name)),
    ]
    if (places.some((place) => existsSync(join(place, 'varnish', 'vmods', 'libvmod_xkey.so')))) return true
  }
  return false
}

export interface VarnishServer {
  readonly varnish: OwnProcess
  /** How often it has been emptied. */
  readonly emptied: () => Promise<number>
  readonly close: () => Promise<void>
}

/** A Varnish of a test's own with the VCL of the guide, in front of `origin`; says in `X-Cache` whether it had the answer. */
export async function startVarnish(
  origin: string,
  vcl: 'thermocline.vcl' | 'thermocline-ban.vcl' = 'thermocline.vcl',
): Promise<VarnishServer> {
  const { hostname, port } = new URL(origin)
  const folder = await mkdtemp(join(tmpdir(), 'thermocline-varnish-'))
  const main = join(folder, 'main.vcl')
  const work = join(folder, 'work')
  await writeFile(
    main,
    `vcl 4.1;
backend default { .host = "${hostname}"; .port = "${port}"; }
include "${join(GUIDES, vcl)}";
sub vcl_deliver {
  if (obj.hits > 0) { set resp.http.X-Cache = "HIT"; } else { set resp.http.X-Cache = "MISS"; }
}
`,
  )
  const varnish = await OwnProcess.start(
    VARNISHD ?? 'varnishd',
    (own) =>
      `-F -T none -j none -s malloc,16m -p thread_pools=1 -a 127.0.0.1:${own}`
        .split(' ')
        .concat('-n', work, '-f', main),
    // Answered by the VCL itself.
    async (own) => (await fetch(`http://127.0.0.1:${own}/`, { method: 'PURGE' })).status === 400,
  )
  return {
    varnish,
    emptied: async () => {
      const { stdout } = await run('varnishstat', ['-n', work, '-j', '-f', 'MAIN.bans_added'])
      const { counters } = JSON.parse(stdout) as { counters: { 'MAIN.bans_added': { value: number } } }
      // One stands there from the start.
      return counters['MAIN.bans_added'].value - 1
    },
    close: async () => {
      await varnish.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
