-- Signers for wrk: every request signs with an address of its own, except for repeats.
-- Arguments after "--": prefix (10 hexadecimal digits, of this run), share of repeats, most
-- signers, box; without them, readers that only GET. load.py reads the line that done() writes.

local alphabet = { "A", "E", "I", "M", "Q", "U", "Y", "c", "g", "k", "o", "s", "w", "0", "4", "8" }
local prefix, repeats, most, box
signers = 0

function init(arguments)
  if #arguments == 0 then
    request = function() return wrk.format("GET") end
    return
  end
  prefix, repeats, most = arguments[1], tonumber(arguments[2]), tonumber(arguments[3])
  box = arguments[4]
  math.randomseed(tonumber(string.sub(prefix, 1, 6), 16))
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  local signer = signers
  if signers > 0 and math.random() < repeats then
    signer = math.random(0, signers - 1)
  else
    signers = signers + 1
  end
  if signers >= most then
    wrk.thread:stop()
  end
  local tag = string.format("%s%032d%s", prefix, signer, alphabet[signer % 16 + 1])
  return wrk.format(nil, nil, nil, string.format(
    '{"address_tag":"%s","sealed":"%s","receipt_hash":"%s","country":"KR","language":"ko"}',
    tag, box, tag))
end

local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
end

function done(summary, latency)
  local signed = 0
  for _, thread in ipairs(threads) do
    signed = signed + thread:get("signers")
  end
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read
    + summary.errors.write + summary.errors.timeout
  io.write(string.format(
    '\n{"answers":%d,"failed":%d,"seconds":%.6f,"p50":%.6f,"p99":%.6f,"signers":%d}\n',
    summary.requests - summary.errors.status, failed, summary.duration / 1e6,
    latency:percentile(50) / 1e6, latency:percentile(99) / 1e6, signed))
end
