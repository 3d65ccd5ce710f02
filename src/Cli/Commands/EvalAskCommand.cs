using System.CommandLine;
using Pipeline.Cli.Display;
using Pipeline.Cli.Evaluation;
using Pipeline.Cli.Input;
using Pipeline.Cli.Wire;
using Pipeline.Client;

namespace Pipeline.Cli.Commands;

/// <summary><c>eval ask --file F.jsonl</c>: whether the pipeline knows what its documents answer and what they do not.</summary>
internal static class EvalAskCommand
{
    private const int SourcesMax = 5; // As many as a question gets that names no number.

    // Problems that a question without a near source never has.
    private static readonly HashSet<string?> Asked = ["model-cannot-write", "job-rejected", "job-failed", "job-ended", "context-length-exceeded"];

    public static Command Create(CliEnvironment environment, ServerOptions server)
    {
        var library = new EvalLibrary();
        var command = new Command("ask", "How often questions that the documents answer are answered, and others are not. Needs no model that writes.");
        library.AddTo(command);
        command.Do(environment, async (parsed, cancellationToken) =>
        {
            var (rows, asked) = await library.RunAsync(environment, server, parsed, AskAsync, cancellationToken);
            var figures = AskFigures.Of(rows.Count(row => row.Document is not null), asked);
            LibraryView.Write(library.Json(parsed) ? environment.Error : environment.Out, figures);
            LibraryView.WriteWrong(environment.Error, asked);
            environment.Out.Line(figures.Line());
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<AskedQuestion> AskAsync(DocumentClient documents, Library library, LibraryRow row, CancellationToken cancellationToken)
    {
        var found = await documents.SearchAsync(new() { Text = row.Question!, ResultsMax = SourcesMax, Filter = library.Filter }, cancellationToken);
        return new(
            row.Question!,
            row.Lang!,
            row.Split,
            row.Answer is not null,
            await IsKnownAsync(documents, library, row, cancellationToken),
            found.Results.Any(result => row.IsAnsweredBy(library.NameOf(result.DocumentId))));
    }

    private static async Task<bool> IsKnownAsync(DocumentClient documents, Library library, LibraryRow row, CancellationToken cancellationToken)
    {
        try
        {
            // Whether something is known is decided before a model writes; one token of its answer is enough.
            var question = new DocumentQuestion { Text = row.Question!, SourcesMax = SourcesMax, TokensMax = 1, Filter = library.Filter, ExpiresAt = library.Expiry };
            return (await documents.AskAsync(question, cancellationToken)).Known;
        }
        catch (PipelineException exception) when (exception is JobFailedException || Asked.Contains(exception.Problem?.Name))
        {
            return true; // A model was asked, or would have been.
        }
    }
}
