/** A value made ready to be shared by many callers. */
export interface SealedValue {
  /** Roughly how many bytes it takes in memory. */
  readonly bytes: number
  /** Whether JSON gives back an equal value, so that L1 and L2 answer alike. */
  readonly isJson: boolean
}

const OBJECT_BYTES = 56
const SLOT_BYTES = 16

/**
 * Freezes plain data all the way down, weighs it and finds out whether JSON can carry it, in one walk. Frozen, because all
 * callers of a hit get the same object, and one that changed it would change it for all.
 */
export function sealValue(value: unknown): SealedValue {
  let bytes = SLOT_BYTES
  let isJson = true
  const seen = new Set<object>()
  const rest: unknown[] = [value]
  // What belongs to an object with a life of its own: weighed, and left as it is.
  const loose: unknown[] = []
  while (rest.length > 0 || loose.length > 0) {
    const isLoose = rest.length === 0
    const item = isLoose ? loose.pop() : rest.pop()
    if (typeof item === 'string') bytes += item.length * 2 + SLOT_BYTES
    else if (typeof item === 'object' && item !== null) {
      // A value met twice has a JSON form; one that contains itself is found out by JSON.stringify.
      if (seen.has(item)) continue
      seen.add(item)
      if (!isPlain(item)) {
        isJson = false
        // Weighed but left as it is: what freezing does to an object with a life of its own is not known.
        bytes += ArrayBuffer.isView(item) ? item.byteLength : OBJECT_BYTES
        if (!ArrayBuffer.isView(item)) for (const member of membersOf(item)) loose.push(member)
        continue
      }
      if (!isLoose) Object.freeze(item)
      const isList = Array.isArray(item)
      // JSON drops without a word what hangs on an array beside its elements, as on what `String.match` gives.
      const isOdd = isList && Object.keys(item).length > item.length
      if (isOdd) isJson = false
      // JSON leaves out a property that is undefined, which reads the same; in an array it would turn into null.
      const members: unknown[] =
        isList && !isOdd ? item : Object.values(item).filter((member) => member !== undefined)
      bytes += OBJECT_BYTES + members.length * SLOT_BYTES * 2
      for (const member of members) (isLoose ? loose : rest).push(member)
    } else if (!isJsonPrimitive(item)) isJson = false
  }
  return { bytes, isJson }
}

function membersOf(item: object): unknown[] {
  if (item instanceof Map) return [...item.keys(), ...item.values()]
  return item instanceof Set ? [...item] : Object.values(item)
}

function isPlain(item: object): boolean {
  if (Array.isArray(item)) return true
  const prototype: unknown = Object.getPrototypeOf(item)
  return prototype === Object.prototype || prototype === null
}

function isJsonPrimitive(item: unknown): boolean {
  return item === null || typeof item === 'boolean' || (typeof item === 'number' && Number.isFinite(item))
}
