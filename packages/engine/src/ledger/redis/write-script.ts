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
 * The pieces are the only keys that are not declared, as nobody knows them before; the hash tag puts them on the same node.
 *
 * - KEYS: last version, number of events, events, index, beginning of entries; then the entries of all writes, then the
 *   groups of counts of all writes.
 * - ARGV: most events; times before and after which the oldest events go, or two empty ones; the number of entries; then for
 *   each write the number of changes, and for each the version that is expected and the JSON, empty for absent and deleted; the number of
 *   events, and the line of each; the number of groups of counts, and for each the ms to keep it, the number of fields, and
 *   field and number for each.
 */
export const writeScript: Script = script(String.raw`
local KEYS, ARGV, call, tonumber = KEYS, ARGV, redis.call, tonumber
local sub, unpack, min = string.sub, unpack, math.min
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

local entries = tonumber(ARGV[4])
local before, now, json = {}, {}, {}
for from = 6, 5 + entries, 1000 do
  local last = min(from + 999, 5 + entries)
  for i, value in ipairs(call('MGET', unpack(KEYS, from, last))) do
    before[KEYS[from + i - 1]] = value and sub(value, 1, ${versionDigits}) or ''
  end
end

local k, g, a = 6, 6 + entries, 5
local done, events = {}, {}
local arg = ARGV[a]
while arg do
  local lastKey = k + tonumber(arg) - 1
  local holds = true
  local at = a + 1
  for i = k, lastKey do
    local key = KEYS[i]
    if (now[key] or before[key]) ~= ARGV[at] then
      holds = false
      break
    end
    at = at + 2
  end
  at = a + 1
  if holds then
    for i = k, lastKey do
      local key, value = KEYS[i], ARGV[at + 1]
      now[key] = value == '' and '' or stamp
      json[key] = value
      at = at + 2
    end
  else
    at = at + 2 * (lastKey - k + 1)
  end
  k = lastKey + 1
  local lines = tonumber(ARGV[at])
  if holds then
    for i = 1, lines do events[#events + 1] = ARGV[at + i] end
  end
  at = at + 1 + lines
  local groups = tonumber(ARGV[at])
  at = at + 1
  for i = 1, groups do
    local key, keep, fields = KEYS[g], ARGV[at], tonumber(ARGV[at + 1])
    at = at + 2
    if holds then
      for field = 0, fields - 1 do call('HINCRBYFLOAT', key, ARGV[at + 2 * field], ARGV[at + 2 * field + 1]) end
      if call('PTTL', key) < tonumber(keep) then call('PEXPIRE', key, keep) end
    end
    g, at = g + 1, at + 2 * fields
  end
  done[#done + 1] = holds and '1' or '0'
  a, arg = at, ARGV[at]
end

local set = {KEYS[1], string.format('%.0f', version)}
for key, value in pairs(json) do
  if value ~= '' then
    set[#set + 1] = key
    set[#set + 1] = stamp .. value
    if before[key] == '' then remember(sub(key, base)) end
    if #set > 1000 then
      call('MSET', unpack(set))
      set = {}
    end
  elseif before[key] ~= '' then
    call('DEL', key)
    forget(sub(key, base))
  end
end
if #set > 0 then call('MSET', unpack(set)) end
if #events > 0 then
  call('INCRBY', KEYS[2], #events)
  for from = 1, #events, 1000 do
    call('RPUSH', KEYS[3], unpack(events, from, min(from + 999, #events)))
  end
  call('LTRIM', KEYS[3], -mostEvents, -1)
end
if ARGV[2] ~= '' then
  local youngest, latest = tonumber(ARGV[2]), tonumber(ARGV[3])
  local old = 0
  for _, line in ipairs(call('LRANGE', KEYS[3], 0, 999)) do
    local at = tonumber(string.match(line, '^%[([^,]*)')) or 0
    if at >= youngest and at <= latest then break end
    old = old + 1
  end
  call('LTRIM', KEYS[3], old, -1)
end
return table.concat(done)
`)
