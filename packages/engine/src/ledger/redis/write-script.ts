import { script, type Script } from './script.ts'
import { versionDigits } from './redis-keys.ts'

/**
 * Many writes in one call, each of which is applied or not, by comparing versions. Answers `1` or `0` for each of them.
 *
 * The version of a batch is the time of the server, but always more than the last one: so it grows for an entry that was
 * deleted and is written again, and also when the server lost its last second in a crash, and with it the last versions.
 *
 * Which keys there are is kept in order in pieces of at most 100, each a small sorted set that Redis packs tightly: some 40
 * bytes a key instead of the 110 in one large set. A set of their first keys, except that of the very first piece, leads to
 * them.
 *
 * - KEYS: last version, number of events, events, index, beginning of entries; then those that the writes name.
 * - ARGV: most events; times before and after which the oldest events go, or two empty ones; then for each write the
 *   number of changes, and for each the version that is expected and the JSON, empty for absent and deleted; the number of
 *   events, and the line of each; the number of groups of counts, and for each the ms to keep it, the number of fields, and
 *   field and number for each.
 */
export const writeScript: Script = script(String.raw`
local call = redis.call
local mostEvents = tonumber(ARGV[1])
local time = call('TIME')
local version = math.max(tonumber(call('GET', KEYS[1]) or 0) + 1, time[1] * 10000 + math.floor(time[2] / 100))
local stamp = string.format('%0${versionDigits}.0f', version)
local index, base = KEYS[4], #KEYS[5] + 1

local function pieceOf(name)
  return call('ZREVRANGEBYLEX', index, '[' .. name, '-', 'LIMIT', 0, 1)[1] or ''
end

local function remember(name)
  local piece = index .. '/' .. pieceOf(name)
  call('ZADD', piece, 0, name)
  if call('ZCARD', piece) <= 100 then return end
  local upper = call('ZRANGE', piece, 50, -1)
  local members = {}
  for _, member in ipairs(upper) do
    members[#members + 1] = 0
    members[#members + 1] = member
  end
  call('ZADD', index .. '/' .. upper[1], unpack(members))
  call('ZREMRANGEBYRANK', piece, 50, -1)
  call('ZADD', index, 0, upper[1])
end

local function forget(name)
  local first = pieceOf(name)
  call('ZREM', index .. '/' .. first, name)
  if first ~= '' and call('EXISTS', index .. '/' .. first) == 0 then call('ZREM', index, first) end
end

local k, a = 6, 4
local done, events = {}, {}
while ARGV[a] do
  local changes = tonumber(ARGV[a])
  local firstKey, firstArg = k, a + 1
  k, a = k + changes, a + 1 + 2 * changes
  local holds = true
  for i = 0, changes - 1 do
    if call('GETRANGE', KEYS[firstKey + i], 0, ${versionDigits - 1}) ~= ARGV[firstArg + 2 * i] then
      holds = false
      break
    end
  end
  if holds then
    for i = 0, changes - 1 do
      local key, expected, json = KEYS[firstKey + i], ARGV[firstArg + 2 * i], ARGV[firstArg + 2 * i + 1]
      if json ~= '' then
        call('SET', key, stamp .. json)
        if expected == '' then remember(string.sub(key, base)) end
      elseif expected ~= '' then
        call('DEL', key)
        forget(string.sub(key, base))
      end
    end
  end
  local lines = tonumber(ARGV[a])
  if holds then
    for i = 1, lines do events[#events + 1] = ARGV[a + i] end
  end
  a = a + 1 + lines
  local groups = tonumber(ARGV[a])
  a = a + 1
  for i = 1, groups do
    local keep, fields = ARGV[a], tonumber(ARGV[a + 1])
    a = a + 2
    if holds then
      for field = 0, fields - 1 do call('HINCRBYFLOAT', KEYS[k], ARGV[a + 2 * field], ARGV[a + 2 * field + 1]) end
      if call('PTTL', KEYS[k]) < tonumber(keep) then call('PEXPIRE', KEYS[k], keep) end
    end
    k, a = k + 1, a + 2 * fields
  end
  done[#done + 1] = holds and '1' or '0'
end

call('SET', KEYS[1], string.format('%.0f', version))
if #events > 0 then
  call('INCRBY', KEYS[2], #events)
  for from = 1, #events, 1000 do
    call('RPUSH', KEYS[3], unpack(events, from, math.min(from + 999, #events)))
  end
  call('LTRIM', KEYS[3], -mostEvents, -1)
end
if ARGV[2] ~= '' then
  local before, after = tonumber(ARGV[2]), tonumber(ARGV[3])
  local old = 0
  for _, line in ipairs(call('LRANGE', KEYS[3], 0, 999)) do
    local at = tonumber(string.match(line, '^%[([^,]*)')) or 0
    if at >= before and at <= after then break end
    old = old + 1
  end
  call('LTRIM', KEYS[3], old, -1)
end
return table.concat(done)
`)
