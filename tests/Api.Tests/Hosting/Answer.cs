using System.Text.Json;

namespace Pipeline.Api.Tests.Hosting;

internal sealed record Answer(int Status, string MediaType, JsonElement Json, Dictionary<string, string> Headers)
{
    /// <summary>The values of an answer of one a line.</summary>
    public IReadOnlyList<JsonElement> Lines { get; private init; } = [];

    /// <summary>The whole answer.</summary>
    public string Text { get; private init; } = "";

    public string Id => Json.GetProperty("id").GetString()!;

    public string State => Json.GetProperty("state").GetString()!;

    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var mediaType = response.Content.Headers.ContentType?.MediaType ?? "";
        var isLines = mediaType is "application/x-ndjson";
        var json = !isLines && mediaType.EndsWith("json", StringComparison.Ordinal) ? JsonDocument.Parse(text).RootElement.Clone() : default;
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new((int)response.StatusCode, mediaType, json, headers)
        {
            Text = text,
            Lines = isLines ? [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.Clone())] : [],
        };
    }

    /// <summary>A complete problem document of this type.</summary>
    public Answer ShouldBeProblem(int status, string type)
    {
        Status.ShouldBe(status, Json.ToString());
        MediaType.ShouldBe("application/problem+json");
        Json.GetProperty("type").GetString().ShouldBe("urn:pipeline:problem:" + type);
        Json.GetProperty("status").GetInt32().ShouldBe(status);
        Json.GetProperty("title").GetString().ShouldNotBeNullOrWhiteSpace();
        Json.GetProperty("detail").GetString().ShouldNotBeNullOrWhiteSpace();
        Json.ToString().ShouldNotContain("System.");
        return this;
    }

    /// <summary>A 400 that says this of that field.</summary>
    public Answer ShouldBlame(string field, string message)
    {
        ShouldBeProblem(400, "invalid-input");
        return Blames(field, message);
    }

    public Answer Blames(string field, string message)
    {
        Json.GetProperty("errors").TryGetProperty(field, out var messages).ShouldBeTrue($"{field} in {Json}");
        messages.EnumerateArray().Select(one => one.GetString()).ShouldContain(one => one!.Contains(message, StringComparison.Ordinal), Json.ToString());
        return this;
    }

    public Answer Says(string fragment)
    {
        Json.GetProperty("detail").GetString()!.ShouldContain(fragment);
        return this;
    }
}
