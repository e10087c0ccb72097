import type { BrowserHost } from './browser-host.ts'

/** A `ServiceWorker` whose states a test walks through. */
export class FakeWorker extends EventTarget {
  state: ServiceWorkerState = 'installing'
  readonly messages: unknown[] = []
  /** What the worker does with a message; a real one answers `thermocline:skip-waiting`. */
  onPost: (message: unknown) => void = () => {}
  /** What it answers on a port; `undefined` is no answer. */
  answer: unknown = { ok: true }

  postMessage(message: unknown, ports: readonly MessagePort[] = []): void {
    this.messages.push(message)
    queueMicrotask(() => {
      this.onPost(message)
      if (this.answer !== undefined) ports[0]?.postMessage(this.answer)
      ports[0]?.close()
    })
  }

  become(state: ServiceWorkerState): void {
    this.state = state
    this.dispatchEvent(new Event('statechange'))
  }
}

/** One origin's registration, shared by all tabs, with the transitions a browser makes. */
export class FakeRegistration extends EventTarget {
  readonly scope = 'https://shop.example/'
  installing: FakeWorker | null = null
  waiting: FakeWorker | null = null
  active: FakeWorker | null = null
  updates = 0
  updateError: Error | undefined
  readonly tabs: FakeContainer[] = []

  async update(): Promise<void> {
    this.updates += 1
    if (this.updateError) throw this.updateError
  }

  /** The browser found a script with other bytes. */
  find(worker = new FakeWorker()): FakeWorker {
    this.installing = worker
    worker.onPost = (message) => {
      if ((message as { type?: string }).type === 'thermocline:skip-waiting') this.activate()
    }
    this.dispatchEvent(new Event('updatefound'))
    return worker
  }

  install(): void {
    const worker = this.installing
    if (!worker) return
    const replaced = this.waiting
    this.installing = null
    this.waiting = worker
    replaced?.become('redundant')
    worker.become('installed')
  }

  /** The waiting worker takes over every tab that the old one controlled. */
  activate(): void {
    const worker = this.waiting
    if (!worker) return
    const replaced = this.active
    this.waiting = null
    this.active = worker
    replaced?.become('redundant')
    worker.become('activating')
    for (const tab of this.tabs) if (tab.controller) tab.beControlledBy(worker)
    worker.become('activated')
  }
}

/** A tab's `navigator.serviceWorker`. */
export class FakeContainer extends EventTarget {
  controller: FakeWorker | null = null
  registerError: Error | undefined
  readonly registered: unknown[][] = []
  readonly registration: FakeRegistration

  constructor(registration = new FakeRegistration()) {
    super()
    this.registration = registration
    registration.tabs.push(this)
    this.controller = registration.active
  }

  async register(...call: unknown[]): Promise<FakeRegistration> {
    this.registered.push(call)
    if (this.registerError) throw this.registerError
    return this.registration
  }

  async getRegistration(): Promise<FakeRegistration | undefined> {
    return this.registration.active ? this.registration : undefined
  }

  beControlledBy(worker: FakeWorker): void {
    this.controller = worker
    this.dispatchEvent(new Event('controllerchange'))
  }

  receive(data: unknown, ports: MessagePort[] = []): void {
    this.dispatchEvent(new MessageEvent('message', { data, ports }))
  }
}

/** A page around the container, with a clock and timers that only the test moves. */
export class FakeHost implements BrowserHost {
  readonly secure: boolean = true
  readonly baseUrl = 'https://shop.example/cart'
  readonly fake: FakeContainer | undefined
  reloads = 0
  shown = true
  connected = true
  readonly #stored = new Map<string, string>()
  readonly session = {
    getItem: (key: string) => this.#stored.get(key) ?? null,
    setItem: (key: string, value: string) => void this.#stored.set(key, value),
  }
  readonly #timers = new Set<{ atMs: number; callback: () => void }>()
  readonly #visibility = new Set<() => void>()
  readonly #restored = new Set<() => void>()
  finishLoading: () => void = () => {}
  readonly #load = new Promise<void>((resolve) => {
    this.finishLoading = resolve
  })
  #nowMs = 1_000_000

  constructor(container?: FakeContainer, facts: { secure?: boolean } = {}) {
    this.fake = container
    this.secure = facts.secure ?? true
  }

  get container(): ServiceWorkerContainer | undefined {
    return this.fake as unknown as ServiceWorkerContainer | undefined
  }

  get timers(): number {
    return this.#timers.size
  }

  get visibilityListeners(): number {
    return this.#visibility.size
  }

  /** The page comes back as it was kept. */
  restore(): void {
    for (const listener of this.#restored) listener()
  }

  show(shown: boolean): void {
    this.shown = shown
    for (const listener of this.#visibility) listener()
  }

  pass(ms: number): void {
    const untilMs = this.#nowMs + ms
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.atMs - b.atMs).find((timer) => timer.atMs <= untilMs)
      if (!next) break
      this.#timers.delete(next)
      this.#nowMs = next.atMs
      next.callback()
    }
    this.#nowMs = untilMs
  }

  loaded = () => this.#load
  visible = () => this.shown
  online = () => this.connected
  now = () => this.#nowMs
  reload = () => {
    this.reloads += 1
  }

  onVisibilityChange = (listener: () => void) => {
    this.#visibility.add(listener)
    return () => this.#visibility.delete(listener)
  }

  onRestored = (listener: () => void) => {
    this.#restored.add(listener)
    return () => this.#restored.delete(listener)
  }

  after = (ms: number, callback: () => void) => {
    const timer = { atMs: this.#nowMs + ms, callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }
}
