using Microsoft.Extensions.AI;
using Pipeline.Inference;

namespace Pipeline.Workers.Inference;

/// <summary>A kind of job and the model file that it needs where no server is asked.</summary>
/// <param name="WarmUp">A typical request, so that the first job does not pay for page faults and the shared prompt.</param>
internal sealed record ModelUse(string Kind, string Path, LabelScoringRequest WarmUp)
{
    /// <summary>A kind that generates: scoring warms its model as well, and ends at once.</summary>
    public static ModelUse Generating(string kind, string path) =>
        new(kind, path, new() { Messages = [new(ChatRole.User, "Warm-up.")], Labels = ["yes", "no"], ModelPath = path });
}
