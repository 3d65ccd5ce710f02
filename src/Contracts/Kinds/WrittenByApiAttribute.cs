namespace Pipeline.Contracts;

/// <summary>A field of a stored input that no client may send: the API writes it when it accepts the job.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WrittenByApiAttribute : Attribute;
