using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;

namespace Pipeline.Workers.Inference.Generating;

/// <summary>What every kind of job whose model fills in a form lets its operator choose.</summary>
public abstract class StructuredOptions : GenerationOptions
{
    /// <summary>Randomness of the answers. 0 to 2, default 0.2: judgements should differ little from one time to the next.</summary>
    [Range(0.0, 2.0)]
    public float Temperature { get; init; } = 0.2f;
}

/// <summary>
/// How jobs of a kind are done whose options have nothing of their own. Section <c>Kinds:NAME</c>, the kind's name in Pascal case:
/// <c>Kinds:Translate</c>.
/// </summary>
public sealed class ModelOptions<TJob> : StructuredOptions
    where TJob : IKind
{
    internal override string Name => SectionOf(TJob.Kind);
}

internal sealed class ModelOptionsValidator<TJob> : IValidateOptions<ModelOptions<TJob>>
    where TJob : IKind
{
    private static readonly StructuredOptionsValidator Bounds = new();

    public ValidateOptionsResult Validate(string? name, ModelOptions<TJob> options) => Bounds.Validate(name, options);
}

[OptionsValidator]
internal sealed partial class StructuredOptionsValidator : IValidateOptions<StructuredOptions>;
