using System.CommandLine;
using Pipeline.Cli.Display;
using Pipeline.Cli.Evaluation;
using Pipeline.Cli.Input;
using Pipeline.Cli.Wire;
using Pipeline.Client;

namespace Pipeline.Cli.Commands;

/// <summary><c>eval search --file F.jsonl</c>: whether the documents that answer questions are found.</summary>
internal static class EvalSearchCommand
{
    private const string Vectors = "vectors";
    private const string Words = "words";

    public static Command Create(CliEnvironment environment, ServerOptions server)
    {
        var library = new EvalLibrary();
        var command = new Command("search", "How often the document that answers a question is found, by meaning, by words, and by both.");
        library.AddTo(command);
        command.Do(environment, async (parsed, cancellationToken) =>
        {
            var (rows, answers) = await library.RunAsync(environment, server, parsed, FindAsync, cancellationToken);
            var languages = rows.Where(row => row.Document is not null).ToDictionary(row => row.Document!, row => row.Lang!);
            var questions = rows.Where(row => row.Question is not null).Zip(answers).Where(pair => pair.First.Answer is not null).ToArray();
            var places = questions.Select(pair => new FoundPlaces(
                pair.First.Lang!, languages[pair.First.Answer!], pair.Second.Hybrid, pair.Second.Vectors, pair.Second.Words));
            var figures = SearchFigures.Of(answers[0].Model, languages.Count, [.. places]);
            LibraryView.Write(library.Json(parsed) ? environment.Error : environment.Out, figures);
            LibraryView.WriteMissed(environment.Error, [.. questions.Where(pair => pair.Second.Hybrid is null).Select(pair => $"{pair.First.Question} ({pair.First.Answer})")]);
            environment.Out.Line(figures.Line());
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<Places> FindAsync(DocumentClient documents, Library library, LibraryRow row, CancellationToken cancellationToken)
    {
        var (hybrid, _) = await SearchAsync(null);
        var (near, model) = await SearchAsync(Vectors);
        return new(hybrid, near, (await SearchAsync(Words)).Place, model!);

        async Task<(int? Place, string? Model)> SearchAsync(string? mode)
        {
            var query = new DocumentQuery { Text = row.Question!, ResultsMax = Recall.Depth, PerDocumentMax = 1, Filter = library.Filter, Mode = mode };
            var found = await documents.SearchAsync(query, cancellationToken);
            if (found.Degraded is { } reason)
            {
                throw new CommandException($"The figures would be wrong: {reason}");
            }

            var place = found.Results.Index().FirstOrDefault(result => row.IsAnsweredBy(library.NameOf(result.Item.DocumentId)), (-1, null!)).Index;
            return (place < 0 ? null : place, found.Model);
        }
    }

    private sealed record Places(int? Hybrid, int? Vectors, int? Words, string Model);
}
