using System.ComponentModel;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.Jobs;

/// <param name="Failures">The most frequent code first.</param>
/// <param name="LookedAtMax">How many of the newest jobs they are counted in; absent for those of a batch, where all are.</param>
internal sealed record FailuresResource(IReadOnlyList<FailureResource> Failures, int? LookedAtMax);

[Description("Failed jobs with one code.")]
internal sealed record FailureResource(string Code, int Count, FailureExample Example)
{
    public static FailureResource Of(JobFailures found, bool mayRead) => new(found.Code, found.Count, new(found.Example, mayRead ? found.Message : null));
}

/// <param name="Id">The newest job that failed with the code.</param>
/// <param name="Message">Why; absent for jobs of others, since it may quote a text.</param>
internal sealed record FailureExample(Guid Id, string? Message);
