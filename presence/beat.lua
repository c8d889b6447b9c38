-- One beat of one node, all of it or nothing, on Redis' own clock.
-- ledger.py does the same steps under the same names; change one and the other must follow.
--
-- KEYS[1]  what all keys begin with
-- ARGV     the time in ms ('' for Redis' own; tests give one), the node, '1' to register it,
--          the version that it has, six numbers of store.py, then op, entry and user of each op
-- Returns  {now, fenced, version, wait, pending, {news as JSON, ...}}

local prefix = KEYS[1]
local NODES = prefix .. ':nodes'      -- sorted set: node, when its lease ends
local DEAD = prefix .. ':dead'        -- sorted set: node, when its lease ended
local ENTRIES = prefix .. ':entries:' -- and the node; set: entry:user
local COUNTS = prefix .. ':counts'    -- hash: user, number of sockets, never 0
local LEAVING = prefix .. ':leaving'  -- sorted set: user without sockets, when offline
local CAME = prefix .. ':came'        -- set: user, still to be told; a coming and a going
local WENT = prefix .. ':went'        -- set: user, still to be told;  cancel out
local ONLINE = prefix .. ':online'    -- sorted set: user who is told to be online, since when
local SEEN = prefix .. ':seen'        -- sorted set: user, when last seen
local NEWS = prefix .. ':news'        -- sorted set: a telling as JSON, its version
local VERSION = prefix .. ':version'
local TELL_AT = prefix .. ':tell_at'
local TOLD_LAST = prefix .. ':told_last'

local node, register, since = ARGV[2], ARGV[3] == '1', tonumber(ARGV[4])
local GRACE, LEASE, WINDOW = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local KEEP_SEEN, KEPT_NEWS, STEP = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local NEWS_LIMIT, FIRST_OP = tonumber(ARGV[11]), 12

local call = redis.call
local now = tonumber(ARGV[1])
if not now then
  local time = call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
-- Lua would write large numbers with an exponent.
local function whole(number) return string.format('%.0f', number) end

local version = tonumber(call('GET', VERSION))
if not version then
  version = math.max(now, since)
  call('SET', VERSION, whole(version))
end

-- Take back what is not told yet, or have the opposite told.
local function exchange(user, undone, done)
  if call('SREM', undone, user) == 0 then call('SADD', done, user) end
end

local function come(entry, user)
  if call('SADD', ENTRIES .. node, entry .. ':' .. user) == 0 then return end
  if call('HINCRBY', COUNTS, user, 1) > 1 then return end
  -- Whoever is still waited for was never away.
  if call('ZREM', LEAVING, user) == 0 then exchange(user, WENT, CAME) end
end

local function gone(user, seen)
  if call('HINCRBY', COUNTS, user, -1) > 0 then return end
  call('HDEL', COUNTS, user)
  call('ZADD', SEEN, 'GT', whole(seen), user)
  call('ZADD', LEAVING, whole(now + GRACE), user)
end

local function bury()
  local lapsed = call('ZRANGEBYSCORE', NODES, '-inf', whole(now), 'WITHSCORES')
  for i = 1, #lapsed, 2 do
    call('ZREM', NODES, lapsed[i])
    call('ZADD', DEAD, lapsed[i + 1], lapsed[i])
  end
end

local function free_the_dead()
  local budget = STEP
  local dead = call('ZRANGE', DEAD, 0, -1, 'WITHSCORES')
  for i = 1, #dead, 2 do
    local entries = call('SPOP', ENTRIES .. dead[i], budget)
    for _, entry in ipairs(entries) do
      gone(string.match(entry, ':(.*)'), dead[i + 1] - LEASE)
    end
    budget = budget - #entries
    if budget == 0 then return end
    call('ZREM', DEAD, dead[i])
  end
end

local function act()
  for i = FIRST_OP, #ARGV, 3 do
    local kind, entry, user = ARGV[i], ARGV[i + 1], ARGV[i + 2]
    if kind == 'come' then
      come(entry, user)
    elseif kind == 'go' then
      if call('SREM', ENTRIES .. node, entry .. ':' .. user) == 1 then gone(user, now) end
    else
      call('ZADD', LEAVING, 'XX', whole(now), user)
    end
  end
end

local function let_go()
  for _, user in ipairs(call('ZRANGEBYSCORE', LEAVING, '-inf', whole(now), 'LIMIT', 0, STEP)) do
    call('ZREM', LEAVING, user)
    exchange(user, CAME, WENT)
  end
  call('ZREMRANGEBYSCORE', SEEN, '-inf', whole(now - KEEP_SEEN))
end

local function list(values) return '[' .. table.concat(values, ',') .. ']' end

local function take_came()
  local users = call('SPOP', CAME, STEP)
  for i, user in ipairs(users) do
    call('ZADD', ONLINE, whole(now), user)
    users[i] = cjson.encode(user)
  end
  return ',"online":' .. list(users) .. ',"offline":[]}'
end

local function take_went()
  local users = call('SPOP', WENT, STEP)
  for i, user in ipairs(users) do
    call('ZREM', ONLINE, user)
    local seen = tonumber(call('ZSCORE', SEEN, user)) or now
    users[i] = '[' .. cjson.encode(user) .. ',' .. whole(seen) .. ']'
  end
  return ',"online":[],"offline":' .. list(users) .. '}'
end

local function is_pending() return call('EXISTS', CAME, WENT) > 0 end

local function tell()
  local tell_at = tonumber(call('GET', TELL_AT)) or 0
  -- A clock that was set back must not silence us for long.
  if not is_pending() or (now < tell_at and tell_at <= now + 2 * WINDOW) then return end
  local told_last = call('GET', TOLD_LAST) or 'went'
  local came_is_next = call('EXISTS', CAME) == 1
    and (told_last == 'went' or call('EXISTS', WENT) == 0)
  call('SET', TOLD_LAST, came_is_next and 'came' or 'went')
  version = version + 1
  call('SET', VERSION, whole(version))
  call('SET', TELL_AT, whole(now + WINDOW))
  local lists = came_is_next and take_came() or take_went()
  call('ZADD', NEWS, whole(version), '{"version":' .. whole(version) .. lists)
  call('ZREMRANGEBYRANK', NEWS, 0, -KEPT_NEWS - 1)
end

local function wait()
  local due = now + LEASE
  local function earlier(at) if at and tonumber(at) < due then due = tonumber(at) end end
  earlier(call('ZRANGE', LEAVING, 0, 0, 'WITHSCORES')[2])
  earlier(call('ZRANGE', NODES, 0, 0, 'WITHSCORES')[2])
  if is_pending() then earlier(call('GET', TELL_AT)) end
  if call('EXISTS', DEAD) == 1 then earlier(now) end
  return math.max(0, due - now)
end

bury()
free_the_dead()
local fenced = not register and not call('ZSCORE', NODES, node)
if not fenced then
  call('ZADD', NODES, whole(now + LEASE), node)
  act()
end
let_go()
tell()
local news = {}
if since <= version then
  news = call('ZRANGEBYSCORE', NEWS, '(' .. whole(since), '+inf', 'LIMIT', 0, NEWS_LIMIT)
end
return {now, fenced and 1 or 0, version, wait(), is_pending() and 1 or 0, news}
