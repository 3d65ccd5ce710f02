using Pipeline.Cli.Evaluation;
using Spectre.Console;

namespace Pipeline.Cli.Display;

/// <summary>Figures of searches and questions over documents.</summary>
internal static class LibraryView
{
    private const int WrongMax = 20;

    public static void Write(IAnsiConsole console, SearchFigures figures)
    {
        console.Line($"{Figures.Count(figures.Documents, "document")}, {Figures.Count(figures.N, "question")} in their language, embedded by {figures.Model}; at most one passage a document");
        var table = PlainTable.Create().AddText("recall").AddNumber("questions").AddNumber("hybrid @1").AddNumber("@5").AddNumber("meaning @1").AddNumber("@5").AddNumber("words @1").AddNumber("@5");
        foreach (var (language, recall) in figures.Languages.OrderBy(language => language.Key.Length).ThenBy(language => language.Key, StringComparer.Ordinal))
        {
            Row(language, recall);
        }

        if (figures.Recall is { } all)
        {
            Row("own language", all);
        }

        console.Write(table);

        void Row(string name, RecallByMode recall) => table.AddRow(
            name, Figures.Count(recall.N), Figures.Fraction(recall.Hybrid.At1), Figures.Fraction(recall.Hybrid.At5),
            Figures.Fraction(recall.Vectors.At1), Figures.Fraction(recall.Vectors.At5), Figures.Fraction(recall.Words.At1), Figures.Fraction(recall.Words.At5));
    }

    public static void Write(IAnsiConsole console, AskFigures figures)
    {
        console.Line($"{Figures.Count(figures.Documents, "document")}");
        var table = PlainTable.Create().AddText("").AddNumber("related").AddNumber("known").AddNumber("recall@5").AddNumber("unrelated").AddNumber("known");
        foreach (var (name, counts) in (figures.Splits ?? new Dictionary<string, KnownCounts>()).Concat(figures.Languages).Append(new("all", figures.All)))
        {
            table.AddRow(
                name, Figures.Count(counts.Related), Figures.Count(counts.RelatedKnown), Figures.Fraction(counts.RecallAt5),
                Figures.Count(counts.Unrelated), Figures.Count(counts.UnrelatedKnown));
        }

        console.Write(table);
    }

    /// <summary>The first of the questions that were judged wrong.</summary>
    public static void WriteWrong(IAnsiConsole console, IReadOnlyList<AskedQuestion> asked)
    {
        foreach (var question in asked.Where(question => question.Known != question.IsRelated).Take(WrongMax))
        {
            console.Line($"{(question.Known ? "known though unrelated" : "not known")}: {question.Text}");
        }
    }

    /// <summary>The first of the questions whose document was not found.</summary>
    public static void WriteMissed(IAnsiConsole console, IReadOnlyList<string> questions)
    {
        foreach (var question in questions.Take(WrongMax))
        {
            console.Line($"not found: {question}");
        }
    }
}
