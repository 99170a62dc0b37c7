"""What Redis does in one step, so that nobody comes in between; in Lua, as Redis runs it.

KEYS[1] is the session's hash.
"""

# Makes a session with its place in each index; whoever comes second changes nothing.
CREATE = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'poll', ARGV[1], 'state', ARGV[2], 'chat', ARGV[3], 'fence', 0)
redis.call('EXPIRE', KEYS[1], ARGV[7])
for index = 2, #KEYS do
  redis.call('ZADD', KEYS[index], ARGV[5], ARGV[4])
  redis.call('ZREMRANGEBYSCORE', KEYS[index], '-inf', ARGV[6])
  redis.call('EXPIRE', KEYS[index], ARGV[7])
end
return 1
"""

# A write counts how many fields there are, so that ballots can be told in order of arrival. What a
# ballot cost is added up in the same step, so that it counts once, however often it is written.
SAVE = """
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
local before = redis.call('HGET', KEYS[1], ARGV[2])
local place = before and string.match(before, '^%d+') or redis.call('HLEN', KEYS[1])
redis.call('HSET', KEYS[1], ARGV[2], place .. ' ' .. ARGV[3])
if not before and ARGV[4] ~= '0' then
  local spend = ARGV[5] .. redis.call('HGET', KEYS[1], 'chat') .. ':' .. ARGV[6]
  redis.call('INCRBYFLOAT', spend, ARGV[4])
  redis.call('EXPIRE', spend, ARGV[7])
end
return 1
"""
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
