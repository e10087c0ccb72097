/**
 * Who can have answered a request, warm to cold. `edge` is any other cache that put its name into `Cache-Status` (a CDN,
 * a proxy), `network` a server that said nothing of caches.
 */
export type LayerId = 'precache' | 'sw' | 'http' | 'edge' | 'l1' | 'l2' | 'origin' | 'network' | 'unknown'

/** In the order in which they are drawn: what is nearest to the page, on top. */
export const LAYER_LABELS: Readonly<Record<LayerId, string>> = {
  precache: 'SW precache',
  sw: 'SW',
  http: 'HTTP cache',
  edge: 'Edge',
  l1: 'L1',
  l2: 'L2',
  origin: 'Origin',
  network: 'Network',
  unknown: 'Unknown',
}

export const LAYERS = Object.keys(LAYER_LABELS) as readonly LayerId[]

/** What each is, for who does not know the abbreviations. */
export const LAYER_HINTS: Readonly<Record<LayerId, string>> = {
  precache: 'Service worker: installed with this version of the page',
  sw: 'Service worker: its HTTP cache',
  http: "The browser's own HTTP cache",
  edge: 'A CDN or proxy',
  l1: "The server process's own memory",
  l2: 'The store that processes share',
  origin: 'The server itself: no cache had it',
  network: 'A server without a trace',
  unknown: 'Not told',
}

/** The layers in which nothing has to cross the network. */
export const IN_BROWSER: ReadonlySet<LayerId> = new Set<LayerId>(['precache', 'sw', 'http'])

/** The layer that goes by a name in `Cache-Status`. */
export function layerOfName(name: string): LayerId {
  if (name === 'SW') return 'sw'
  if (name === 'L1') return 'l1'
  if (name === 'L2') return 'l2'
  return 'edge'
}
