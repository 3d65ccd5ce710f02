namespace Pipeline.Inference.Structured.Schemas;

/// <summary>
/// What compiling one schema has cost so far, in steps of some tens of nanoseconds. A schema may refer to its parts often, so its
/// length alone does not bound the work on it; whoever does more than read it once charges for it here.
/// </summary>
internal sealed class CompileWork(CancellationToken cancellationToken)
{
    public long Units { get; private set; }

    /// <exception cref="JsonSchemaException">The schema has cost too much.</exception>
    public void Charge(long units, SchemaNode at)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Units += units;
        if (Units > JsonSchemaLimits.WorkMax)
        {
            throw at.Fails(
                $"Compiling the schema takes more than {JsonSchemaLimits.WorkMax} steps.",
                "Use fewer alternatives and references here, and give the alternatives of oneOf a required property with a constant of its own.");
        }
    }
}
