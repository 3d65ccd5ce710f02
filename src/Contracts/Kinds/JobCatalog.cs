using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Contracts;

/// <summary>Every kind of job that a host knows: Pipeline's own, and those that were added to it.</summary>
public sealed class JobCatalog
{
    private readonly Dictionary<string, JobKind> _kinds = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">Two kinds share a name or a path, or a name cannot be part of a queue name.</exception>
    public JobCatalog(IEnumerable<JobKind> kinds)
    {
        foreach (var kind in kinds)
        {
            if (kind.Name is not [>= 'a' and <= 'z', ..] || !kind.Name.All(character => char.IsAsciiLetterLower(character) || character is '-')
                || kind.Name.EndsWith(JobKind.BulkSuffix, StringComparison.Ordinal))
            {
                throw new ArgumentException($"Kind \"{kind.Name}\" cannot name queues: use a-z and '-', and not the ending -bulk.");
            }

            if (_kinds.TryGetValue(kind.Name, out var other) && !ReferenceEquals(kind, other))
            {
                throw new ArgumentException($"Two kinds are named \"{kind.Name}\": {kind.InputJson.Type} and {other.InputJson.Type}.");
            }

            if (_kinds.Values.FirstOrDefault(known => known.Name != kind.Name && known.Route is not null && known.Route == kind.Route) is { } taken)
            {
                throw new ArgumentException($"Kinds \"{kind.Name}\" and \"{taken.Name}\" have the same path, {kind.Route}.");
            }

            _kinds[kind.Name] = kind;
        }

        All = _kinds.Values;
        Queues = [.. All.SelectMany(kind => kind.Queues)];
        Prompts = [.. All.SelectMany(kind => kind.Prompts)];
    }

    /// <summary>The kinds that come with Pipeline.</summary>
    public static JobCatalog Own { get; } = new(
    [
        AnalyzeEmotion.Descriptor,
        EmbedTexts.Descriptor,
        CompleteChat.Descriptor,
        GiveFeedback.Descriptor,
        StepInterview.Descriptor,
        InterviewReport.Descriptor,
        EmbedDocument.Descriptor,
    ]);

    public IReadOnlyCollection<JobKind> All { get; }

    /// <summary>Every queue of every kind.</summary>
    public IReadOnlyList<string> Queues { get; }

    /// <summary>Every template that comes with a kind.</summary>
    public IReadOnlyList<PromptTemplate> Prompts { get; }

    /// <summary>A kind that is there.</summary>
    /// <exception cref="KeyNotFoundException">It is not.</exception>
    public JobKind Get(string name) => _kinds[name];

    public bool TryFind(string name, [NotNullWhen(true)] out JobKind? kind) => _kinds.TryGetValue(name, out kind);
}
