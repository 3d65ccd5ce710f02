using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Api.Tests.Fuzzing;

/// <summary>Makes requests of the operations of a document. The number of a request decides what it is, and its order nothing.</summary>
/// <param name="isWhole">Whether descriptions have every character of a body.</param>
/// <param name="keys">Of every role; null: without a key.</param>
/// <param name="ids">What was made so far, by the path of what it is of.</param>
internal sealed partial class RequestFuzzer(
    int seed, Uri address, bool isWhole, IReadOnlyList<FuzzedOperation> operations, IReadOnlyList<string?> keys, Func<string, Random, string?> ids)
{
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private static readonly string[] MoreHeaders =
    [
        "Accept", "Accept-Language", "Accept-Encoding", "Content-Encoding", "Expect", "If-Match", "If-None-Match", "Last-Event-ID", "Origin", "Range", "Sec-Fetch-Site", "traceparent",
        "tracestate", "X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Request-Id", "OpenAI-Organization", "HX-Request",
    ];

    /// <summary>The request of a number, and how it could be made again.</summary>
    public (HttpRequestMessage Request, string Description) Make(int number)
    {
        Random random = new(unchecked((seed * 1_000_003) + number));
        var operation = operations[random.Next(operations.Count)];
        var target = Target(operation, random);
        HttpRequestMessage request = new(random.Next(40) is 0 ? HttpMethod.Options : HttpMethod.Parse(random.Next(40) is 0 ? "PATCH" : operation.Method), new Uri(address.OriginalString.TrimEnd('/') + target, AsWritten));
        StringBuilder description = new($"#{number} {request.Method} {target}");
        if (keys[random.Next(keys.Count)] is { } key)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        }

        foreach (var name in operation.Headers.Where(_ => random.Next(3) is 0).Concat(MoreHeaders.Where(_ => random.Next(25) is 0)))
        {
            var value = OddValues.Headers[random.Next(OddValues.Headers.Length)];
            request.Headers.TryAddWithoutValidation(name, value);
            description.Append($" -H '{name}: {Cut(value)}'");
        }

        if (operation.Bodies.Count > 0 || random.Next(20) is 0)
        {
            var (content, text) = Content(operation, random);
            request.Content = content;
            description.Append($" {content.Headers.ContentType} {Cut(text)}");
        }

        return (request, description.ToString());
    }

    private string Target(FuzzedOperation operation, Random random)
    {
        var path = PathParameter().Replace(operation.Path, match =>
            random.Next(4) > 0 && ids(operation.Path.Split("/{")[0], random) is { } id ? id : Odd(random));
        var query = operation.Queries.Where(_ => random.Next(3) is 0).Select(name => $"{name}={Odd(random)}").ToList();
        if (query.Count > 0 && random.Next(10) is 0)
        {
            query.Add(random.Next(2) is 0 ? query[0] : $"{Odd(random)}={Odd(random)}");
        }

        return query.Count is 0 ? path : $"{path}?{string.Join('&', query)}";
    }

    private static string Odd(Random random) => OddValues.Escaped[random.Next(OddValues.Escaped.Length)];

    private static (HttpContent Content, string Text) Content(FuzzedOperation operation, Random random)
    {
        var example = operation.Bodies.Count is 0 ? "{}" : operation.Bodies[random.Next(operation.Bodies.Count)];
        if (operation.Path is "/v1/files" && random.Next(3) > 0)
        {
            return Form(example, random);
        }

        var isLines = operation.Path is "/api/jobs/batch" && random.Next(2) is 0;
        byte[][] bodies = isLines ? [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => BodyMutation.Apply("""{"text":"a","metadata":{"a":1}}""", random))] : [BodyMutation.Apply(example, random)];
        byte[] bytes = [.. bodies.SelectMany(body => (byte[])[.. body, (byte)'\n'])];
        ByteArrayContent content = new(bytes);
        var media = isLines ? "application/x-ndjson" : "application/json";
        content.Headers.TryAddWithoutValidation("Content-Type", random.Next(12) is 0 ? OddValues.MediaTypes[random.Next(OddValues.MediaTypes.Length)] : media);
        return (content, Encoding.UTF8.GetString(bytes));
    }

    private static (HttpContent Content, string Text) Form(string example, Random random)
    {
        var form = new MultipartFormDataContent($"b{random.Next()}");
        using var fields = JsonDocument.Parse(example);
        foreach (var field in fields.RootElement.EnumerateObject().Where(_ => random.Next(8) > 0))
        {
            ByteArrayContent part = new(BodyMutation.Apply(field.Value.GetString()!, random));
            part.Headers.ContentDisposition = ContentDispositionHeaderValue.Parse(
                field.Name is "file" ? $"form-data; name=\"file\"; filename=\"{(random.Next(4) is 0 ? "" : "a.jsonl")}\"" : $"form-data; name=\"{field.Name}\"");
            form.Add(part);
        }

        return (form, example);
    }

    private string Cut(string text) => isWhole || text.Length <= 200 ? text : $"{text[..200]}… ({text.Length} characters)";

    [GeneratedRegex(@"\{[a-z_]+\}")]
    private static partial Regex PathParameter();
}
