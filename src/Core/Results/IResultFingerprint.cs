namespace Pipeline.Core.Results;

/// <summary>
/// How a worker makes the results of one kind. Workers with the same fingerprint would give the same result to the same input,
/// so the result of one can stand for that of another.
/// </summary>
public interface IResultFingerprint
{
    string Kind { get; }

    /// <summary>
    /// Everything but the input that a result depends on: the model, the prompt, options. Asked once, when the model is
    /// loaded. Null when nobody can tell, as with a server that may change its model.
    /// </summary>
    string? Describe();
}
