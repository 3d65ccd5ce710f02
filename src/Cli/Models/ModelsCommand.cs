using System.CommandLine;
using Pipeline.Cli.Models.Comparing;
using Pipeline.Cli.Models.Quantizing;

namespace Pipeline.Cli.Models;

/// <summary><c>models list | pull | verify | remove | recommend | quantize | compare | bench</c>: the files of language models on this machine. Nothing has to run.</summary>
internal static class ModelsCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var directory = new Option<string>("--directory")
        {
            Description = $"Folder with the model files; default {ModelFolder.Variable}, else models in the current folder.",
            DefaultValueFactory = _ => environment.Variable(ModelFolder.Variable) is { Length: > 0 } set ? set : "models",
            Recursive = true,
        };
        ModelFolder FolderOf(ParseResult parsed) => new(parsed.GetRequiredValue(directory));
        return new("models", "Lists, fetches, checks, removes, quantises and compares model files, and says which ones this machine can run.")
        {
            directory,
            ListCommand.Create(environment, FolderOf),
            PullCommand.Create(environment, FolderOf),
            VerifyCommand.Create(environment, FolderOf),
            RemoveCommand.Create(environment, FolderOf),
            RecommendCommand.Create(environment, FolderOf),
            QuantizeCommand.Create(environment, FolderOf),
            CompareCommand.Create(environment, FolderOf),
            BenchCommand.Create(environment, FolderOf),
        };
    }
}
