using System.CommandLine;
using Pipeline.Cli.Display;
using Pipeline.Cli.Input;
using Pipeline.Cli.Wire;
using Pipeline.Client;

namespace Pipeline.Cli.Commands;

/// <summary>What <c>eval search</c> and <c>eval ask</c> share: a file of documents and questions, and the library that is made of it.</summary>
internal sealed class EvalLibrary
{
    private readonly Option<string> _file = new("--file") { Description = $"Lines {LibraryRow.Example}.", HelpName = "F.jsonl", Required = true };
    private readonly Option<string?> _folder = new("--files") { Description = "The folder below which the files of documents lie.", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "Only one line of JSON on standard output; the tables go to standard error." };

    public void AddTo(Command command)
    {
        command.Add(_file);
        command.Add(_folder);
        command.Add(_json);
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>Loads the documents, asks every question, and deletes the documents.</summary>
    /// <param name="ask">Called with each question.</param>
    public async Task<(IReadOnlyList<LibraryRow> Rows, T[] Answers)> RunAsync<T>(
        CliEnvironment environment,
        ServerOptions server,
        ParseResult parsed,
        Func<DocumentClient, Library, LibraryRow, CancellationToken, Task<T>> ask,
        CancellationToken cancellationToken)
    {
        var rows = await JsonLines.ReadAsync(parsed.GetRequiredValue(_file), InputJson.Default.LibraryRow, cancellationToken);
        Check(rows);
        using var client = server.Server(parsed).Connect(environment.Time);
        using var progress = new ProgressMeter(environment, rows.Count);
        await using var library = new Library(client.Documents, rows, parsed.GetValue(_folder), environment.Time) { Patience = server.Wait(parsed) };
        await library.LoadAsync(Advance, cancellationToken);
        return (rows, await library.EachQuestionAsync((row, token) => ask(client.Documents, library, row, token), Advance, cancellationToken));

        void Advance() => progress.Advance(1);
    }

    private static void Check(IReadOnlyList<LibraryRow> rows)
    {
        var names = rows.Where(row => row.Document is not null).Select(row => row.Document!).ToArray();
        if (names.CountBy(name => name).FirstOrDefault(name => name.Value > 1) is { Key: { } twice })
        {
            throw new CommandException($"The file has document \"{twice}\" twice; names must differ.");
        }

        if (rows.SelectMany(row => (row.Accept ?? []).Prepend(row.Answer)).FirstOrDefault(name => name is not null && !names.Contains(name)) is { } missing)
        {
            throw new CommandException($"A question is answered by \"{missing}\", and the file has no such document.");
        }

        if (names.Length == 0 || names.Length == rows.Count)
        {
            throw new CommandException($"The file needs documents and questions; write lines {LibraryRow.Example}.");
        }
    }
}
