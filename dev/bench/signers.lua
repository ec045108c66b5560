-- Signers for wrk: every request signs with an address of its own, except for repeats, which send
-- the same form again ("same") or one under a receipt of its own ("new").
-- Arguments after "--": prefix (10 hexadecimal digits, of this run), share of repeats, same or new,
-- most signers, box; without them, readers that only GET. load.py reads the line that done() writes.

local alphabet = { "A", "E", "I", "M", "Q", "U", "Y", "c", "g", "k", "o", "s", "w", "0", "4", "8" }
local prefix, repeats, repeat_as, most, box
signers, more_receipts = 0, 0

function init(arguments)
  if #arguments == 0 then
    request = function() return wrk.format("GET") end
    return
  end
  prefix, repeats, repeat_as = arguments[1], tonumber(arguments[2]), arguments[3]
  most, box = tonumber(arguments[4]), arguments[5]
  math.randomseed(tonumber(string.sub(prefix, 1, 6), 16))
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
end

-- 43 characters of base64url whose last one is canonical; kind is one digit.
local function digest(kind, number)
  return string.format("%s%d%031d%s", prefix, kind, number, alphabet[number % 16 + 1])
end

function request()
  local tag, receipt
  if signers > 0 and math.random() < repeats then
    local signer = math.random(0, signers - 1)
    tag, receipt = digest(0, signer), digest(0, signer)
    if repeat_as == "new" then
      receipt = digest(1, more_receipts)
      more_receipts = more_receipts + 1
    end
  else
    tag, receipt = digest(0, signers), digest(0, signers)
    signers = signers + 1
  end
  if signers >= most then
    wrk.thread:stop()
  end
  return wrk.format(nil, nil, nil, string.format(
    '{"address_tag":"%s","sealed":"%s","receipt_hash":"%s","country":"KR","language":"ko"}',
    tag, box, receipt))
end

local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
end

function done(summary, latency)
  local signed, receipts = 0, 0
  for _, thread in ipairs(threads) do
    signed = signed + thread:get("signers")
    receipts = receipts + thread:get("signers") + thread:get("more_receipts")
  end
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read
    + summary.errors.write + summary.errors.timeout
  io.write(string.format(
    '\n{"answers":%d,"failed":%d,"seconds":%.6f,"p50":%.6f,"p99":%.6f,"signers":%d,'
      .. '"receipts":%d}\n',
    summary.requests - summary.errors.status, failed, summary.duration / 1e6,
    latency:percentile(50) / 1e6, latency:percentile(99) / 1e6, signed, receipts))
end
