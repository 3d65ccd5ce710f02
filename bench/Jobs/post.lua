-- wrk -s post.lua URL -- BODY: posts the same JSON again and again.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"

function init(args)
  wrk.body = args[1]
end
