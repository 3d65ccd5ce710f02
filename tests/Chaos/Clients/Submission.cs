using System.Text;
using System.Text.Json;

namespace Pipeline.Chaos.Clients;

/// <summary>One request of a client: a job, several, or a batch, sent as such or as a file, under an idempotency key of its own.</summary>
/// <param name="First">Number of its first job; jobs are numbered through the whole run.</param>
/// <param name="Count">Jobs in it.</param>
internal sealed record Submission(SubmissionShape Shape, int Seed, int First, int Count)
{
    private const int PaddingMax = 200;

    public string Key => $"chaos-{Seed}-{First}";

    public string Path => Shape switch
    {
        SubmissionShape.Single => "/api/jobs",
        SubmissionShape.Several => "/api/emotion",
        SubmissionShape.File => "/v1/batches",
        _ => "/api/jobs/batch?kind=emotion",
    };

    public IEnumerable<string> Texts => Enumerable.Range(First, Count).Select(job => Text(Seed, job));

    /// <summary>Every job has a text that no other has, and neighbours have texts of different lengths: the worker answers with the length.</summary>
    public static string Text(int seed, int job) => $"혼돈 {seed}-{job} {new string('x', job * 37 % PaddingMax)}";

    /// <summary>The lines of a file, each under a name that no other has.</summary>
    public string Lines() => string.Join('\n', Texts.Select((text, i) => JsonSerializer.Serialize(new { custom_id = CustomId(i), method = "POST", url = "/api/emotion", body = new { text } })));

    public string CustomId(int line) => $"{Key}-{line}";

    public HttpContent Content() => Shape is SubmissionShape.Batch
        ? new StringContent(string.Join('\n', Texts.Select(text => JsonSerializer.Serialize(new { text }))), Encoding.UTF8, "application/x-ndjson")
        : new StringContent(
            Shape is SubmissionShape.Single
                ? JsonSerializer.Serialize(new { kind = "emotion", input = new { text = Texts.Single() } })
                : JsonSerializer.Serialize(new { texts = Texts }),
            Encoding.UTF8,
            "application/json");
}

internal enum SubmissionShape
{
    Single,
    Several,
    Batch,

    /// <summary>As OpenAI's clients send it: a file, and a batch of it.</summary>
    File,
}
