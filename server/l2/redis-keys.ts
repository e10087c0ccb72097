const SLOTS = 16_384

/**
 * The key of a value's lease. Both must live in one slot of a Cluster, since one script reads and writes them (Redis Cluster
 * specification, "Hash tags"). A key `shop:v:{42}` has its lease at `shop:v:lease:{42}`, so that whoever removes a prefix removes both; a
 * key without a tag gets a lease with one that leads to its slot. `keyPrefix` is what the client puts before each key.
 */
export function leaseKeyOf(valueKey: string, keyPrefix = ''): string {
  if (hashTagOf(keyPrefix) !== undefined) return `lease:${valueKey}`
  const whole = keyPrefix + valueKey
  const open = valueKey.indexOf('{')
  if (hashTagOf(whole) !== undefined) return `${valueKey.slice(0, open)}lease:${valueKey.slice(open)}`
  const tag = whole.includes('}') ? tagOfSlot(slotOf(whole)) : whole
  return `lease:{${tag}}${valueKey}`
}

/** What decides a key's slot in place of the whole key: what stands in its first braces, unless they are empty. */
function hashTagOf(key: string): string | undefined {
  const open = key.indexOf('{')
  const close = open < 0 ? -1 : key.indexOf('}', open + 1)
  return close > open + 1 ? key.slice(open + 1, close) : undefined
}

/** A key that holds `}` can't be a tag itself, so a number with the same slot is looked for: a millisecond, for odd keys alone. */
function tagOfSlot(slot: number): number {
  let tag = 0
  while (slotOf(String(tag)) !== slot) tag += 1
  return tag
}

/** CRC-16/XMODEM modulo the number of slots (Redis Cluster specification, "Key distribution model"). */
function slotOf(hashed: string): number {
  let crc = 0
  for (const byte of Buffer.from(hashed)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x80_00 ? (crc << 1) ^ 0x10_21 : crc << 1) & 0xff_ff
  }
  return crc % SLOTS
}

/** A pattern for `SCAN MATCH` that matches what begins with `prefix`, and nothing else. */
export function patternOfPrefix(prefix: string): string {
  return `${prefix.replaceAll(/[\\*?[\]]/g, String.raw`\$&`)}*`
}
