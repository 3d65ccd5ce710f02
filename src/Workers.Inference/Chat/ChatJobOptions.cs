using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.Chat;

/// <summary>How chat jobs are done. Section <c>Kinds:Chat</c>.</summary>
public sealed class ChatJobOptions : GenerationOptions
{
    public const string Section = "Kinds:Chat";

    /// <summary>Randomness of answers whose request names none. 0 to 2, default 0.7.</summary>
    [Range(0.0, 2.0)]
    public float Temperature { get; init; } = 0.7f;

    internal override string Name => Section;
}

[OptionsValidator]
internal sealed partial class ChatJobOptionsValidator : IValidateOptions<ChatJobOptions>;
