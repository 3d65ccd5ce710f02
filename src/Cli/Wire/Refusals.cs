using System.Net;
using Pipeline.Client;

namespace Pipeline.Cli.Wire;

/// <summary>What the person at the terminal is told of what the client could not do, with the remedy of this program.</summary>
internal static class Refusals
{
    private const string KeyRemedy = "Make a key with ./run keys add NAME and set PIPELINE_API_KEY to it, or pass --api-key.";

    public static string Sentence(this PipelineException exception) => exception switch
    {
        PipelineUnreachableException unreachable => $"No pipeline answers at {unreachable.Address}; start it with ./run, or pass its address with --url.",
        { Status: HttpStatusCode.Unauthorized } => $"{exception.Message} {KeyRemedy}",
        _ => exception.Message,
    };

    /// <summary>Why a job has no result.</summary>
    public static string Failure(this Job job) => job.Error is { } error ? $"{job.State}: {error.Message} ({error.Code})" : $"{job.State} without a reason";
}
