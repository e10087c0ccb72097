/**
 * KEYS[1] the stream, ARGV[1] the payload, ARGV[2] how many entries to keep, ARGV[3] a number that the new one must exceed.
 *
 * The sequence number is the server's time in microseconds, or one more than the last where the clock stands still or
 * runs back. It never repeats, not even after the stream was wiped or a server took over whose clock is behind, since
 * the caller says how far it has heard; and it stays an exact integer in JavaScript until the year 2255.
 */
export const APPEND_SCRIPT = `
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local previous = 0
if last[1] then previous = tonumber(string.match(last[1][1], '^%d+')) end
local time = redis.call('TIME')
local seq = math.max(tonumber(time[1]) * 1000000 + tonumber(time[2]), previous + 1, tonumber(ARGV[3]) + 1)
local id = string.format('%.0f', seq)
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], id .. '-0', 'p', string.format('%.0f', previous), 'd', ARGV[1])
return id
`

export interface LogEntry {
  readonly seq: number
  /** The entry before this one, 0 for the first: what shows a gap. */
  readonly previous: number
  readonly payload: string
}

/** The entries in a reply of XRANGE or of one stream of XREAD. */
export function readEntries(reply: unknown): LogEntry[] {
  if (!Array.isArray(reply)) return []
  return reply.map((raw: unknown) => {
    const [id, fields] = raw as [string, string[]]
    const field = (name: string) => fields[fields.indexOf(name) + 1] ?? ''
    return { seq: Number(id.split('-', 1)[0]), previous: Number(field('p')), payload: field('d') }
  })
}

/** The entries in a reply of XREAD for one stream: RESP2 nests the pair of name and entries, RESP3 (ioredis 6) does not. */
export function readStream(reply: unknown): LogEntry[] {
  if (!Array.isArray(reply)) return []
  const [first, second] = reply as [unknown, unknown]
  return readEntries(Array.isArray(first) ? first[1] : second)
}
