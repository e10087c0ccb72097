import { MessagePort } from 'node:worker_threads'
import { withoutView } from './views.ts'

/** No deeper than a request is nested in what is sent to a worker. */
const DEEPEST = 5

let isAllowed = false

/**
 * Lets `structuredClone` and `postMessage` take a request's headers and cookies as they do without a guard. V8 refuses to
 * clone a `Proxy`, so where it refused, it is asked once more with plain copies, the making of which is a read like any other.
 */
export function allowCloning(): void {
  if (isAllowed) return
  isAllowed = true
  const { structuredClone } = globalThis
  const clone: typeof structuredClone = (value, options) => {
    return retrying(value, (plain) => structuredClone(plain, options))
  }
  const postMessage = Reflect.get(MessagePort.prototype, 'postMessage') as (...all: unknown[]) => void
  function post(this: MessagePort, value: unknown, ...rest: unknown[]): void {
    retrying(value, (plain) => Reflect.apply(postMessage, this, [plain, ...rest]))
  }
  // Not by assignment, which throws where the language's own objects are frozen.
  Reflect.set(globalThis, 'structuredClone', clone)
  Reflect.set(MessagePort.prototype, 'postMessage', post)
}

function retrying<T, R>(value: T, work: (value: T) => R): R {
  try {
    return work(value)
  } catch (error) {
    const plain = withPlainCopies(value, DEEPEST)
    if (plain === value) throw error
    return work(plain)
  }
}

/** The value itself where there is no view in it. */
function withPlainCopies<T>(value: T, depth: number): T {
  if (typeof value !== 'object' || value === null) return value
  if (withoutView(value) !== value)
    return (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as T
  if (depth === 0 || !isPlain(value)) return value
  let copy: object | undefined
  for (const [key, member] of Object.entries(value)) {
    const plain: unknown = withPlainCopies(member, depth - 1)
    if (plain === member) continue
    copy ??= Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }
    Reflect.set(copy, key, plain)
  }
  return (copy ?? value) as T
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === Object.prototype || prototype === null
}
