import { script, type Script } from './script.ts'

/**
 * The next entries in the order of their keys, each as key and value.
 *
 * - KEYS: index, beginning of entries.
 * - ARGV: prefix of the keys; the last key of the page before, or an empty one; most entries.
 */
export const listScript: Script = script(String.raw`
local call = redis.call
local index, entries = KEYS[1], KEYS[2]
local prefix, last, most = ARGV[1], ARGV[2], tonumber(ARGV[3])
local from = last == '' and '[' .. prefix or '(' .. last
local to = prefix == '' and '+' or '(' .. prefix .. '\255'
local piece = call('ZREVRANGEBYLEX', index, '[' .. (last == '' and prefix or last), '-', 'LIMIT', 0, 1)[1] or ''
local found = {}
while piece and #found < 2 * most do
  local names = call('ZRANGEBYLEX', index .. '/' .. piece, from, to, 'LIMIT', 0, most - #found / 2)
  for _, name in ipairs(names) do
    local value = call('GET', entries .. name)
    if value then
      found[#found + 1] = name
      found[#found + 1] = value
    end
  end
  piece = call('ZRANGEBYLEX', index, '(' .. piece, to, 'LIMIT', 0, 1)[1]
end
return found
`)

/**
 * Looks through a part of the event log, newest first: where to go on, 0 at the end, then number and line of each event
 * that may be meant.
 *
 * - KEYS: events, number of events.
 * - ARGV: number of the event to begin with, or an empty one; how many to look at; most to find; words that the line must
 *   hold.
 */
export const eventsScript: Script = script(String.raw`
local total = tonumber(redis.call('GET', KEYS[2]) or 0)
local from = math.min(tonumber(ARGV[1]) or total, total)
local look, most = tonumber(ARGV[2]), tonumber(ARGV[3])
local newer = total - from
local lines = redis.call('LRANGE', KEYS[1], -newer - look, -newer - 1)
local found = {#lines < look and 0 or from - look}
for i = #lines, 1, -1 do
  local holds = true
  for word = 4, #ARGV do
    if not string.find(lines[i], ARGV[word], 1, true) then holds = false end
  end
  if holds then
    found[#found + 1] = from - (#lines - i)
    found[#found + 1] = lines[i]
    if #found > 2 * most then
      found[1] = from - (#lines - i) - 1
      break
    end
  end
end
return found
`)

/** The fields of groups of counts. KEYS: the groups. */
export const countsScript: Script = script(`
local found = {}
for i, key in ipairs(KEYS) do found[i] = redis.call('HGETALL', key) end
return found
`)
