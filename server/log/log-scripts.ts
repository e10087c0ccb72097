/**
 * The sequence number is the server's time in microseconds, or one more than the last where the clock stands still or
 * runs back. It never repeats, not even after the stream was wiped or a server took over whose clock is behind, since
 * the caller says how far it has heard; and it stays an exact integer in JavaScript until the year 2255.
 */
const APPEND = `
local function text(number) return string.format('%.0f', number) end
local function end_of(stream)
  local last = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)
  return last[1] and tonumber(string.match(last[1][1], '^%d+')) or 0
end
local function append(stream, payload, max_length, above, is_awaited)
  local previous = end_of(stream)
  local time = redis.call('TIME')
  local seq = math.max(tonumber(time[1]) * 1000000 + tonumber(time[2]), previous + 1, tonumber(above) + 1)
  local id = text(seq) .. '-0'
  if is_awaited then
    redis.call('XADD', stream, 'MAXLEN', '~', max_length, id, 'p', text(previous), 'd', payload, 'w', '1')
  else
    redis.call('XADD', stream, 'MAXLEN', '~', max_length, id, 'p', text(previous), 'd', payload)
  end
  return text(seq)
end
`

/** A member's line is its cursor and the server's time, in ms, until which it counts. `since` is when the hash was made. */
const MEMBERS = `
local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local function beat(members, id, cursor, ttl)
  local now = now_ms()
  redis.call('HSETNX', members, 'since', text(now))
  redis.call('HSET', members, id, cursor .. ' ' .. text(now + tonumber(ttl)))
  redis.call('PEXPIRE', members, 86400000)
end
local function living(members)
  local now = now_ms()
  local found, lines = {}, redis.call('HGETALL', members)
  for i = 1, #lines, 2 do
    local cursor, till = string.match(lines[i + 1], '^(%d+) (%d+)$')
    if till then
      if tonumber(till) < now then redis.call('HDEL', members, lines[i])
      else found[#found + 1] = lines[i]; found[#found + 1] = cursor end
    end
  end
  return found, now
end
`

/**
 * KEYS: stream, epoch. ARGV: payload, how many entries to keep, a number that the new one must exceed, and '1' if readers are to
 * report at once. Answers with the sequence number and the run on which the log was begun there.
 */
export const APPEND_SCRIPT = `${APPEND}
local seq = append(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4] == '1')
return {seq, redis.call('HGET', KEYS[2], 'run') or ''}
`

/**
 * KEYS: stream, epoch, members. ARGV: what invalidates everything, how many entries to keep, a number that new ones must exceed;
 * this server's run, the one that the caller read before, its cursor there; its id, how long it counts; '1' to begin anew.
 *
 * Begins the log anew where there is none, where it was written by another run (the end of it may be lost), and where the
 * caller has read what is not here. What an earlier caller's new beginning made good is not made good again: otherwise each
 * process of a fleet would make all others drop what they hold. Answers with the floor, '' if nothing was lost, the cursor, and '1' if it was begun anew now.
 */
export const BEGIN_SCRIPT = `${APPEND}${MEMBERS}
local stream, epoch, members = KEYS[1], KEYS[2], KEYS[3]
local run, before, cursor, id, ttl = ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local begun = redis.call('HMGET', epoch, 'run', 'seq', 'from', 'cursor')
local first = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1]
local is_missing = false
if cursor ~= '' and run == before then is_missing = end_of(stream) < tonumber(cursor) end
if cursor ~= '' and run ~= before then
  local is_here = #redis.call('XRANGE', stream, cursor .. '-0', cursor .. '-0') > 0
  local is_made_good = begun[3] == before and tonumber(begun[4]) >= tonumber(cursor)
  is_missing = not is_here and not is_made_good
end
local floor, is_new = '', ''
if ARGV[9] == '1' or not first or begun[1] ~= run or is_missing then
  if begun[1] ~= run then redis.call('DEL', members) end
  floor = append(stream, ARGV[1], ARGV[2], ARGV[3], true)
  cursor, is_new = floor, '1'
  redis.call('HSET', epoch, 'run', run, 'seq', floor)
  if run ~= before then redis.call('HSET', epoch, 'from', before, 'cursor', ARGV[6] == '' and '0' or ARGV[6]) end
elseif cursor == '' then
  floor = string.match(first[1], '^%d+')
  cursor = first[2][2]
elseif run ~= before then
  floor = begun[2]
  cursor = floor
end
living(members)
beat(members, id, cursor, ttl)
return {floor, cursor, is_new}
`

/** KEYS: stream, members. ARGV: id, cursor, how long it counts. Answers with the number of the last entry. */
export const BEAT_SCRIPT = `${APPEND}${MEMBERS}
beat(KEYS[2], ARGV[1], ARGV[2], ARGV[3])
return text(end_of(KEYS[1]))
`

/**
 * KEYS: epoch, members. ARGV: how long a member counts. Answers with the run, for how many ms there may still be members that the
 * hash has not heard of since it was made, and a list of living members, each with its cursor.
 */
export const MEMBERS_SCRIPT = `${APPEND}${MEMBERS}
local found, now = living(KEYS[2])
local since = tonumber(redis.call('HGET', KEYS[2], 'since') or now)
return {redis.call('HGET', KEYS[1], 'run') or '', text(math.max(0, since + tonumber(ARGV[1]) - now)), found}
`
