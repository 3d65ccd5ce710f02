namespace Pipeline.Contracts;

/// <summary>
/// A kind whose prompt may come from templates. The API resolves it when it accepts the job, so that a stored input needs
/// nothing else and a template may change while jobs wait.
/// </summary>
public interface IPrompted : IJob
{
    /// <summary>The templates to find; none where the client wrote the prompt itself. Read once <see cref="IJob.Validate"/> found nothing.</summary>
    IReadOnlyList<PromptChoice> Prompts { get; }

    /// <summary>The same job with its prompt written out: what is stored.</summary>
    /// <param name="templates">One for each of <see cref="Prompts"/>, in their order.</param>
    /// <exception cref="PromptException">A template does not fit this kind.</exception>
    IJob WithPrompts(IReadOnlyList<PromptTemplate> templates);
}

/// <param name="Name">Null: <c>default</c>.</param>
/// <param name="Language">Null: English.</param>
public sealed record PromptChoice(string Kind, string? Name, string? Language)
{
    /// <summary>Whether the language was read off the texts: a prompt that there is in another language alone is taken in that one.</summary>
    public bool IsGuess { get; init; }
}
