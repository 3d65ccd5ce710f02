using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Core.Attempts;

/// <summary>How an attempt ended, as its handler says. Expected endings are values; only bugs and broken infrastructure throw.</summary>
public abstract record JobOutcome
{
    private JobOutcome()
    {
    }

    /// <param name="ResultJson">The result as JSON text.</param>
    public sealed record Succeeded(string ResultJson) : JobOutcome
    {
        /// <summary>Whether the same input would give the same result as long as the worker's <see cref="Results.IResultFingerprint"/> is the same.</summary>
        public bool IsReproducible { get; init; }

        /// <summary>What it took; null where nobody measured.</summary>
        public Contracts.IMeasuredResult? Measured { get; init; }
    }

    /// <summary>This input cannot be done, now or later.</summary>
    /// <param name="Reason">For the client: what, the current value, what to change.</param>
    public sealed record Rejected(string Reason) : JobOutcome
    {
        /// <summary>One of <see cref="Jobs.JobErrorCode"/>.</summary>
        public string Code { get; init; } = Jobs.JobErrorCode.Rejected;
    }

    /// <summary>Something that the handler needs is not there now. The attempt is counted as a failure.</summary>
    public sealed record RetryAt(DateTimeOffset Due, string Reason) : JobOutcome;

    /// <summary>
    /// What was done is kept (<see cref="IJobSteps"/>), and another attempt goes on. Nothing is counted as a failure, so
    /// whoever returns it must have made progress.
    /// </summary>
    public sealed record Continue : JobOutcome;

    public static JobOutcome Success<TResult>(TResult result, JsonTypeInfo<TResult> json) =>
        new Succeeded(JsonSerializer.Serialize(result, json)) { Measured = result as Contracts.IMeasuredResult };

    /// <summary>A result that may be given again to the same request.</summary>
    public static JobOutcome Reproducible<TResult>(TResult result, JsonTypeInfo<TResult> json) =>
        new Succeeded(JsonSerializer.Serialize(result, json)) { IsReproducible = true, Measured = result as Contracts.IMeasuredResult };
}
