namespace Pipeline.Inference.Structured.Schemas;

/// <summary>
/// What compiling one schema has cost so far, in steps of some tens of nanoseconds. A schema may refer to its parts often, so its
/// length alone does not bound the work on it; whoever does more than read it once charges for it here.
/// </summary>
internal sealed class CompileWork(CancellationToken cancellationToken)
{
    // Each byte of a constant or name is a state of a machine, or compared and written again.
    private const int TextWork = 4;

    // To read the members of an object into a dictionary, and each of them.
    private const int ReadWork = 12;
    private const int MemberWork = 6;

    public long Units { get; private set; }

    /// <summary>A constant or name becomes a rule, or is written together with another.</summary>
    /// <param name="bytes">Its length.</param>
    /// <param name="at">Where it stands.</param>
    /// <exception cref="JsonSchemaException">The schema has cost too much.</exception>
    public void ChargeText(int bytes, SchemaNode at) => Charge((long)TextWork * bytes, at);

    /// <summary>Members of an object are read, or written beside others.</summary>
    /// <param name="count">How many.</param>
    /// <param name="at">Where they stand.</param>
    /// <exception cref="JsonSchemaException">The schema has cost too much.</exception>
    public void ChargeMembers(int count, SchemaNode at) => Charge(ReadWork + ((long)MemberWork * count), at);

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
