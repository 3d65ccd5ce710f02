using Pipeline.Contracts;

namespace Pipeline.Core.Prompts;

/// <summary>Where templates are found.</summary>
public interface IPromptTemplates
{
    /// <summary>The version in use: the client's own, or else the one that comes with Pipeline. Null where there is neither.</summary>
    /// <param name="clientId">Who asks.</param>
    /// <param name="kind">The kind of job.</param>
    /// <param name="name">Null: <c>default</c>.</param>
    /// <param name="language">Null: English.</param>
    Task<PromptTemplate?> FindAsync(Guid clientId, string kind, string? name, string? language, CancellationToken cancellationToken);
}
