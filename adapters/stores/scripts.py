"""What Redis does in one step, so that nobody comes in between; in Lua, as Redis runs it.

KEYS[1] is the session's hash.
"""

# Enters an expense into the ledger of a day and the sums of its scopes.
SPEND = """
local function spend(prefix, day, keep, account, model, chat, unpriced, input, output, usd)
  local ledger = prefix .. ':ledger:' .. day
  local sums = {answers = 1, unpriced = unpriced, input_tokens = input, output_tokens = output}
  for measure, number in pairs(sums) do
    redis.call('HINCRBY', ledger, measure .. '\\n' .. account .. '\\n' .. model, number)
  end
  redis.call('HINCRBYFLOAT', ledger, 'cost_usd\\n' .. account .. '\\n' .. model, usd)
  redis.call('EXPIRE', ledger, keep)
  for _, scope in ipairs({chat, 'all'}) do
    redis.call('INCRBYFLOAT', prefix .. ':spend:' .. scope .. ':' .. day, usd)
    redis.call('EXPIRE', prefix .. ':spend:' .. scope .. ':' .. day, keep)
  end
end
"""
SPEND_ONCE = SPEND + "spend(unpack(ARGV))"

# Sets money aside for a session, unless a cap would be passed; returns the place of that cap. KEYS
# come in pairs, a scope's sum and its reservations; ARGV from the fourth on are the caps.
RESERVE = """
local session, usd, keep = ARGV[1], tonumber(ARGV[2]), ARGV[3]
for place = 1, #KEYS / 2 do redis.call('HDEL', KEYS[2 * place], session) end
for place = 1, #KEYS / 2 do
  local total = tonumber(redis.call('GET', KEYS[2 * place - 1]) or 0)
  for _, other in ipairs(redis.call('HVALS', KEYS[2 * place])) do total = total + other end
  local cap = tonumber(ARGV[3 + place])
  if total >= cap or total + usd > cap then return place end
end
for place = 1, #KEYS / 2 do
  redis.call('HSET', KEYS[2 * place], session, usd)
  redis.call('EXPIRE', KEYS[2 * place], keep)
end
return 0
"""

# Makes a session with its place in each index; whoever comes second changes nothing.
CREATE = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'poll', ARGV[1], 'state', ARGV[2], 'chat', ARGV[3],
  'account', ARGV[8], 'fence', 0)
redis.call('EXPIRE', KEYS[1], ARGV[7])
for index = 2, #KEYS do
  redis.call('ZADD', KEYS[index], ARGV[5], ARGV[4])
  redis.call('ZREMRANGEBYSCORE', KEYS[index], '-inf', ARGV[6])
  redis.call('EXPIRE', KEYS[index], ARGV[7])
end
return 1
"""

# A write counts how many fields there are, so that ballots can be told in order of arrival. What a
# part cost is entered in the same step, so that it counts once, however often it is written. So is
# everything else that goes with it, since each step of its own waits for the disk: the post by
# which the session is found (KEYS from the third on), and the end of a session.
SAVE = (
    SPEND
    + """
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
local before = redis.call('HGET', KEYS[1], ARGV[2])
local place = before and string.match(before, '^%d+') or redis.call('HLEN', KEYS[1])
redis.call('HSET', KEYS[1], ARGV[2], place .. ' ' .. ARGV[3])
local session, prefix, day, keep = ARGV[4], ARGV[5], ARGV[6], ARGV[7]
for place = 3, #KEYS do redis.call('SET', KEYS[place], session, 'EX', keep) end
local opening = redis.call('HMGET', KEYS[1], 'account', 'chat')
if ARGV[2] == 'state' and ARGV[3] ~= '"running"' then
  redis.call('ZREM', prefix .. ':unfinished', session)
  for _, scope in ipairs({opening[2], 'all'}) do
    redis.call('HDEL', prefix .. ':reserved:' .. scope .. ':' .. day, session)
  end
end
if not before and #ARGV > 7 then
  spend(prefix, day, keep, opening[1], ARGV[8], opening[2], unpack(ARGV, 9))
end
return 1
"""
)
TAKE = """
local holder = redis.call('GET', KEYS[2])
if redis.call('EXISTS', KEYS[1]) == 0 or (holder and holder ~= ARGV[1]) then return 0 end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return redis.call('HINCRBY', KEYS[1], 'fence', 1)
"""
RENEW = """
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
return 1
"""
RELEASE = """
if redis.call('HGET', KEYS[1], 'fence') == ARGV[1] then redis.call('DEL', KEYS[2]) end
"""
