using Pipeline.Api.Body;
using Pipeline.Api.Events;
using Pipeline.Contracts;
using Pipeline.Core.Documents;
using Pipeline.Core.Intake;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.Jobs;

/// <summary>What a request body asks for, checked, before it has ids.</summary>
internal sealed record JobDraft
{
    public required JobKind Kind { get; init; }

    /// <summary>One job for each; never empty.</summary>
    public required IReadOnlyList<IJob> Inputs { get; init; }

    /// <summary>Where the input stands in the body; "" where it is the body.</summary>
    public string InputPath { get; init; } = "";

    /// <summary>Where a field of the input stands in the body.</summary>
    public Func<string, string> FieldOf { get => field ?? (name => JsonPath.Below(InputPath, name)); init; }

    /// <summary>Whether the jobs are for this connection alone, where the client says nothing else and sends no idempotency key.</summary>
    public bool EndsWithItsClient { get; init; }

    /// <summary>Whether the client sent a list, and so gets a list back, even of one.</summary>
    public required bool IsList { get; init; }

    /// <summary>What the answer's headers say of the request, whatever becomes of the jobs.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public required JobPriority Priority { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What tells a repeat under the same idempotency key, where the inputs follow from more than the request; null: the inputs.</summary>
    public string? Identity { get; init; }

    /// <summary>What is written together with the job of this id; null: nothing.</summary>
    public Func<Guid, ISubmissionWrite>? Write { get; init; }

    /// <summary>What the answer needs beside input and result, kept with the job; null: nothing.</summary>
    public string? AnswerForm { get; init; }

    /// <summary>Makes the answer's body out of the job; null: the job itself.</summary>
    public Func<JobResource, HttpContext, int, Task<IResult>>? Answer { get; init; }

    /// <summary>Streams the one job, by its id, instead of answering with it; null for everybody who did not ask for a stream.</summary>
    public Func<Guid, IStreamFormat>? Stream { get; init; }

    /// <summary>Makes the answer of protocols that know no jobs, out of the final ones; null answers with the jobs as they are.</summary>
    public Func<IReadOnlyList<Job>, IResult>? Finished { get; init; }

    /// <summary>How long <see cref="Finished"/> may take; null: Api:CompletionWaitMax.</summary>
    public TimeSpan? HeldFor { get; init; }

    /// <summary>Whether the path answers with results alone unless the request says otherwise.</summary>
    public bool IsBare { get; init; }

    /// <summary>Makes the body of a client that wants no job around the result; null: the view of the kind.</summary>
    public Func<string, string>? View { get; init; }

    /// <summary>The answer where no job is needed after all; null: the jobs are accepted.</summary>
    public IResult? Instead { get; init; }

    /// <summary>Whose the jobs are, by the client's own name for them, where the request does not say it itself.</summary>
    public string? UserId { get; init; }

    /// <summary>Documents that the prompt of the one job quotes: it goes with them.</summary>
    public IReadOnlyList<Guid> Quotes { get; init; } = [];

    /// <summary>A document that comes with the one job; their id is the same.</summary>
    public NewDocument? Document { get; init; }

    /// <summary>The field that the document's text came in.</summary>
    public string DocumentField { get; init; } = "text";
}
