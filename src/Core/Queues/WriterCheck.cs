namespace Pipeline.Core.Queues;

/// <summary>Says of one kind whether the model of this process writes text that has sense.</summary>
public interface IWriterCheck
{
    string Kind { get; }

    /// <summary>The setting that has to name another model; null where the model writes. Does not change while the process runs.</summary>
    string? MissingSetting { get; }
}

/// <summary>What is said where a kind's model cannot write.</summary>
public static class WriterRemedy
{
    /// <param name="setting">An <see cref="IWriterCheck.MissingSetting"/>.</param>
    public static string For(string kind, string setting) =>
        $"The model of the workers of {kind} cannot write: its answers would be well-formed but meaningless. Set {setting} on the workers to an instruct GGUF, for example Qwen2.5-7B-Instruct or EXAONE-3.5-7.8B-Instruct as Q4_K_M, or Inference:Backend to Remote. For tests, Kinds:AllowSmallWriter=true takes such jobs all the same.";
}
