using System.Globalization;
using System.Text.Json.Nodes;

namespace Pipeline.Cli.Tests.Wire;

/// <summary>A job that is final after it was asked for so many times.</summary>
internal sealed class FakeJob(string text, int pollsToFinish)
{
    private int _pollsLeft = pollsToFinish;

    public Guid Id { get; } = Guid.CreateVersion7();

    public JsonNode Poll()
    {
        Interlocked.Decrement(ref _pollsLeft);
        return Describe();
    }

    public JsonNode Describe()
    {
        var job = new JsonObject
        {
            ["id"] = Id,
            ["kind"] = "emotion",
            ["state"] = Volatile.Read(ref _pollsLeft) > 0 ? "running" : text is "fail" ? "failed" : "succeeded",
            ["attempt"] = 1,
            ["new_field"] = "which older programs do not know",
        };
        if (job["state"]!.GetValue<string>() is "failed")
        {
            job["error"] = new JsonObject { ["code"] = "too_long", ["message"] = "Text has too many tokens." };
        }
        else if (job["state"]!.GetValue<string>() is "succeeded")
        {
            job["result"] = Result();
        }

        return job;
    }

    private JsonObject Result()
    {
        var words = text.Split(' ');
        var confidence = words.Length is 2 ? double.Parse(words[1], CultureInfo.InvariantCulture) : 0.75;
        var emotion = words.Length is 2 ? words[0] : "joy";
        return new()
        {
            ["emotion"] = emotion,
            ["confidence"] = confidence,
            ["scores"] = new JsonObject { [emotion] = confidence, [emotion is "anger" ? "fear" : "anger"] = 1 - confidence },
            ["language"] = "en",
            ["model"] = "test-model",
            ["fallback_attempted"] = false,
            ["usage"] = new JsonObject { ["prompt_tokens"] = 12, ["cached_tokens"] = 4, ["completion_tokens"] = 0, ["total_tokens"] = 12 },
            ["timings"] = new JsonObject { ["queued_ms"] = 3.25, ["running_ms"] = 12.5 },
        };
    }
}
