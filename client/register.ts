import { browserHost } from './browser-host.ts'
import { type RegisterOptions, resolveRegisterOptions } from './register-options.ts'
import type { ThermoclineWorker } from './thermocline-worker.ts'
import { WorkerLink } from './worker-link.ts'

/**
 * Registers the service worker once the page has loaded, and resolves with the page's hold on it. Resolves also where
 * service workers are missing or refused, with `supported: false`. Rejects with `option-invalid` for a wrong option only.
 *
 * @example
 * const worker = await register()
 * worker.addEventListener('waiting', (event) => showBanner({ onReload: () => event.apply() }))
 */
export async function register(options: RegisterOptions = {}): Promise<ThermoclineWorker> {
  const host = browserHost()
  const resolved = resolveRegisterOptions(options, host.baseUrl)
  const worker = new WorkerLink(host)
  await worker.connect(resolved)
  return worker
}
