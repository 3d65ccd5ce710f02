using System.Text.Json;

namespace Pipeline.Chaos.Clients;

/// <summary>The answer to an accepted submission: a batch, or jobs in the order of their texts.</summary>
internal sealed record Receipt(Submission Submission, Guid? BatchId, IReadOnlyList<Guid> JobIds)
{
    public static Receipt Of(Submission submission, JsonElement body) => submission.Shape switch
    {
        SubmissionShape.Single => new(submission, null, [Id(body)]),
        SubmissionShape.Several => new(submission, null, [.. body.GetProperty("jobs").EnumerateArray().Select(Id)]),
        SubmissionShape.File => new(submission, Guid.Parse(body.GetProperty("id").GetString()!["batch_".Length..]), []),
        _ => new(submission, Id(body), []),
    };

    public bool IsSameAs(Receipt other) => BatchId == other.BatchId && JobIds.SequenceEqual(other.JobIds);

    private static Guid Id(JsonElement body) => body.GetProperty("id").GetGuid();
}
