/** Does what must not harm the request that it is done for: a fault in it is printed, and costs one measurement. */
export function quietly<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    console.error('thermocline: an observer threw.', error)
    return undefined
  }
}
