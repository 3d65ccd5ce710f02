namespace Pipeline.Api.Tests.Fuzzing;

/// <summary>What clients send by mistake or on purpose.</summary>
internal static class OddValues
{
    private const int Long = 70_000;

    /// <summary>JSON as it is written, so that it can be what no serializer writes.</summary>
    public static readonly string[] Json =
    [
        "null", "true", "false", "0", "-0", "-1", "1", "2147483648", "-9223372036854775809", "1e400", "1e-400", "0.1", "123456789012345678901234567890",
        "1.0", "NaN", "\"\"", "\" \"", "\"a\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u200b\"", "\"\\ufeff\"", "\"\\u202e가\"", "\"가나다\"", "\"👍🏽\"",
        "\"019a9c1e-7f00-7000-8000-000000000000\"", "\"2026-11-20T09:00:00Z\"", "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.9999999+14:00\"", "\"1h\"", "\"-1h\"",
        "\"999999999d\"", "\"http://127.0.0.1:1/\"", "\"https://[::ffff:169.254.169.254]/\"", "\"http://a:b@c:99999/\"", "\"file:///etc/passwd\"", "\"{{x}}\"", "\"{% for %}\"",
        "\"%s%n\"", "\"' or 1=1 --\"", "\"<script>alert(1)</script>\"", "\"*\"", "\"chat\"", "\"emotion\"", "[]", "{}", "[null]", "[[]]", "[{}]", "{\"\":null}",
        "{\"a\":1,\"a\":2}", "{\"\\u0000\":1}", "{\"$ref\":\"#\"}", "{\"type\":\"object\",\"additionalProperties\":{\"$ref\":\"#\"}}", "{\"pattern\":\"(a+)+$\"}",
        "{\"enum\":[]}", "{\"allOf\":[{},{}]}", "{\"role\":\"assistant\",\"content\":null}", "[\"a\",\"\",\"b\"]", "[1,2,3]", "[[1,2],[3]]",
        Nested("[", "]", 31), Nested("[", "]", 200), Nested("{\"a\":", "}", 40, "1"), $"\"{new string('x', Long)}\"", $"\"{new string('각', Long)}\"",
        $"[{string.Join(',', Enumerable.Repeat("\"a\"", 3_000))}]", $"{{{string.Join(',', Enumerable.Range(0, 2_000).Select(i => $"\"k{i}\":{i}"))}}}",
    ];

    /// <summary>Parts of paths and queries, escaped as they are sent.</summary>
    public static readonly string[] Escaped =
    [
        "", "a", "0", "-1", "1", "200", "201", "99999999999999999999", "1e9", "true", "null", "%00", "%ED%A0%80", "%FF%FE", "%EA%B0%80", "%0d%0aX:%20y", "..%2f..%2f", "%2e%2e",
        "%25", "%", "*", "a,b", "019a9c1e-7f00-7000-8000-000000000000", "%7B019a9c1e-7f00-7000-8000-000000000000%7D", "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "019A9C1E7F0070008000000000000000", "batch_019a9c1e7f0070008000000000000000", "file-019a9c1e7f0070008000000000000000", "resp_", "2026-11-20T09%3A00%3A00Z",
        "2026-11-20T09:00:00+09:00", "0001-01-01", "9999-12-31", "2026-02-30", "queued", "succeeded", "emotion", "emotion-bulk", "result", "cancel", "keep", "csv", "key", "day", "asc",
        "system", "queue", "kind", "client", "'+or+1=1", "%3Cscript%3E", new string('a', 3_000), "%F0%9F%99%82",
    ];

    public static readonly string[] Headers =
    [
        "", " ", "0", "wait=0", "wait=1", "wait=-1", "wait=99999999999999", "respond-async", "wait", "wait=1;a=b,wait=2", "a\tb", "\"a\"", "W/\"a\"", "*", "bytes=0-", "bytes=-1,5-2",
        "1h", "-5m", "2026-11-20T09:00:00Z", "18446744073709551616", "application/vnd.pipeline.result+json", "text/html;q=x", "00-00000000000000000000000000000000-0000000000000000-00",
        "http://evil.example", "null", "cross-site", "for=_hidden;proto=\"", "gzip", "identity;q=0", "%00", "ÿ", new string('k', 300), new string('k', 9_000),
    ];

    public static readonly string[] MediaTypes =
    [
        "application/json", "application/json; charset=utf-16", "application/json; charset=nonsense", "application/x-ndjson", "text/plain", "multipart/form-data",
        "multipart/form-data; boundary=", "multipart/form-data; boundary=b", "application/x-www-form-urlencoded", "application/octet-stream", "application/merge-patch+json", "a/b/c", "",
    ];

    private static string Nested(string open, string close, int depth, string inner = "") =>
        string.Concat(Enumerable.Repeat(open, depth)) + inner + string.Concat(Enumerable.Repeat(close, depth));
}
