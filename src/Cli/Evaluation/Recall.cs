namespace Pipeline.Cli.Evaluation;

/// <summary>How often a document that answers a question is found, 0 to 1. Documents are counted, not passages: of each the best one.</summary>
/// <param name="At1">The first one found.</param>
/// <param name="At5">One of the first five.</param>
internal sealed record Recall(double At1, double At5)
{
    public const int Depth = 5;

    /// <param name="places">The place of the first right document of each question, from 0; null where none is among the first five.</param>
    public static Recall Of(IReadOnlyCollection<int?> places) =>
        new(places.Average(place => place is 0 ? 1.0 : 0), places.Average(place => place is null ? 0 : 1.0));
}
