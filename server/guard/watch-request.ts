import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { headerInput } from './inputs.ts'
import { ReadLog } from './read-log.ts'
import { arrayViewOf, viewOf, withoutView } from './views.ts'

/** How one property is read and written beneath the guard; without `set` where it can't be written. */
interface Slot {
  readonly get: () => unknown
  readonly set: ((value: unknown) => void) | undefined
}

/** What Express works out from fields that a proxy sets, if it trusts one. */
const WORKED_OUT = ['hostname', 'host', 'subdomains', 'protocol', 'secure', 'ip', 'ips'] as const
/** Of these, what is an input without a proxy too. */
const ALWAYS_INPUTS: ReadonlySet<string> = new Set(['ip', 'ips'])
const SET_BY_MIDDLEWARE = ['user', 'session', 'auth'] as const

const logs = new WeakMap<IncomingMessage, ReadLog>()
const logOfSocket = new WeakMap<Socket, ReadLog>()
const watchedSockets = new WeakSet<Socket>()

/** Notes from now on what is read of a request, without changing what anybody reads. One log serves all guards of an application. */
export function watchRequest(request: IncomingMessage): ReadLog {
  const present = logs.get(request)
  if (present !== undefined) return present
  const log = new ReadLog()
  logs.set(request, log)
  watchFields(request, log)
  watchCookies(request, log)
  for (const name of WORKED_OUT) watchWorkedOut(request, name, log)
  for (const name of SET_BY_MIDDLEWARE) watchValue(request, name, log)
  watchSocket(request, log)
  return log
}

function watchFields(request: IncomingMessage, log: ReadLog): void {
  const onField = (name: string): void => {
    // Node writes names in lower case: anything else is no field of the request.
    if (name === name.toLowerCase()) log.note(headerInput(name))
  }
  for (const name of ['headers', 'headersDistinct'] as const) {
    replaceByView(request, name, log, (value) => viewOf(value, onField))
  }
  replaceByView(request, 'rawHeaders', log, (value) => {
    return Array.isArray(value) ? arrayViewOf(value, () => log.note('header:*')) : value
  })
}

function watchCookies(request: IncomingMessage, log: ReadLog): void {
  for (const name of ['cookies', 'signedCookies']) {
    replaceByView(request, name, log, (value) => viewOf(value, (cookie) => log.note(`cookie:${cookie}`)))
  }
}

/** Whoever reads the property gets a view of the object in it, whichever object that is at the time. */
function replaceByView(
  request: IncomingMessage,
  name: string,
  log: ReadLog,
  makeView: (value: object) => object,
): void {
  const views = new WeakMap<object, object>()
  const slot = slotOf(request, name)
  define(request, name, slot, () => {
    // Node makes `headersDistinct` out of `rawHeaders` when it is first asked for.
    const value = log.quietly(slot.get)
    if (typeof value !== 'object' || value === null) return value
    const view = views.get(value) ?? makeView(value)
    views.set(value, view)
    return view
  })
}

function watchWorkedOut(request: IncomingMessage, name: (typeof WORKED_OUT)[number], log: ReadLog): void {
  if (!(name in request)) return
  const slot = slotOf(request, name)
  define(request, name, slot, () => {
    if (ALWAYS_INPUTS.has(name) || trustsProxy(request, log)) log.note(`req.${name}`)
    return log.quietly(slot.get)
  })
}

/** Without a proxy that is trusted these come from the connection and from `Host`, which are in every cache's key. */
function trustsProxy(request: IncomingMessage, log: ReadLog): boolean {
  const { app } = request as { app?: { get(name: string): unknown } }
  const trust = app?.get('trust proxy fn')
  if (typeof trust !== 'function') return false
  return log.quietly(() => Boolean(trust(request.socket?.remoteAddress, 0)))
}

function watchValue(request: IncomingMessage, name: (typeof SET_BY_MIDDLEWARE)[number], log: ReadLog): void {
  const slot = slotOf(request, name)
  define(request, name, slot, () => {
    log.note(`req.${name}`)
    return log.quietly(slot.get)
  })
}

/** A socket serves many requests: what is read of it belongs to the request through which it was last reached. */
function watchSocket(request: IncomingMessage, log: ReadLog): void {
  const slot = slotOf(request, 'socket')
  const reach = (): unknown => {
    const socket = slot.get() as Socket | null
    if (socket !== null && typeof socket === 'object') logOfSocket.set(socket, log)
    return socket
  }
  const socket = reach() as Socket | null
  define(request, 'socket', slot, reach)
  if (socket === null || watchedSockets.has(socket)) return
  watchedSockets.add(socket)
  const address = slotOf(socket, 'remoteAddress')
  Object.defineProperty(socket, 'remoteAddress', {
    configurable: true,
    enumerable: true,
    get() {
      logOfSocket.get(socket)?.note('req.socket.remoteAddress')
      return address.get()
    },
  })
}

function slotOf(owner: object, name: string): Slot {
  const own = Object.getOwnPropertyDescriptor(owner, name)
  if (own === undefined && name in owner) {
    // Express changes the prototype for each application that the request passes, so it is asked for each time.
    const prototype = (): object => Object.getPrototypeOf(owner) as object
    return {
      get: () => Reflect.get(prototype(), name, owner) as unknown,
      set: hasSetter(prototype(), name)
        ? (value) => void Reflect.set(prototype(), name, value, owner)
        : undefined,
    }
  }
  if (own?.get !== undefined || own?.set !== undefined) {
    return { get: () => own.get?.call(owner) as unknown, set: own.set?.bind(owner) }
  }
  let current: unknown = own?.value
  return {
    get: () => current,
    set(value) {
      current = value
    },
  }
}

function hasSetter(prototype: object, name: string): boolean {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const found = Object.getOwnPropertyDescriptor(at, name)
    if (found !== undefined) return found.set !== undefined
  }
  return false
}

/** As enumerable as it was; a property that was not there is shown to nobody until it is set. */
function define(request: IncomingMessage, name: string, slot: Slot, get: () => unknown): void {
  const own = Object.getOwnPropertyDescriptor(request, name)
  if (own?.configurable === false) return
  const isNew = own === undefined && !(name in request)
  const { set } = slot
  const descriptor: PropertyDescriptor = { configurable: true, enumerable: own?.enumerable ?? false, get }
  if (set !== undefined) {
    descriptor.set = (value: unknown) => {
      set(withoutView(value))
      if (!isNew || descriptor.enumerable === true) return
      descriptor.enumerable = true
      Object.defineProperty(request, name, descriptor)
    }
  }
  Object.defineProperty(request, name, descriptor)
}
