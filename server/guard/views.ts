/** Told the name that was looked at, or `'*'` where all were. */
type OnRead = (name: string) => void

const targets = new WeakMap<object, object>()

/** The object itself behind a view; anything else as it is. */
export function withoutView<T>(value: T): T {
  return typeof value === 'object' && value !== null
    ? ((targets.get(value) as T | undefined) ?? value)
    : value
}

/** A view of an object of names and values that is like the object itself, and tells of each name that is looked at, present or not. */
export function viewOf<T extends object>(target: T, onRead: OnRead): T {
  const note = (key: string | symbol): void => {
    // What JavaScript itself asks an object for is no name of a field or a cookie.
    if (typeof key === 'symbol' || key in Object.prototype || key === 'toJSON' || key === 'then') return
    onRead(key)
  }
  const view = new Proxy(target, {
    get(object, key) {
      note(key)
      return Reflect.get(object, key) as unknown
    },
    // Without the receiver, so that setters and `this` are the object's own.
    set: (object, key, value) => Reflect.set(object, key, value),
    has(object, key) {
      note(key)
      return Reflect.has(object, key)
    },
    getOwnPropertyDescriptor(object, key) {
      note(key)
      return Reflect.getOwnPropertyDescriptor(object, key)
    },
    ownKeys(object) {
      onRead('*')
      return Reflect.ownKeys(object)
    },
  })
  targets.set(view, target)
  return view
}

/** A view of an array: to look at any member is to look at all of it. */
export function arrayViewOf<T extends unknown[]>(target: T, onRead: OnRead): T {
  const view = new Proxy(target, {
    get(array, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) onRead('*')
      return Reflect.get(array, key) as unknown
    },
  })
  targets.set(view, target)
  return view
}
