using System.CommandLine;
using Pipeline.Cli.Display;
using Pipeline.Cli.Models.Pulling;

namespace Pipeline.Cli.Models;

/// <summary><c>models pull NAME|URL|hf:owner/repository/file</c>.</summary>
internal static class PullCommand
{
    private const string QuantizationDefault = "Q4_K_M";

    public static Command Create(CliEnvironment environment, Func<ParseResult, ModelFolder> folderOf)
    {
        var source = new Argument<string>("source") { Description = "A name that recommend shows or section Models has, hf:OWNER/REPOSITORY[@REVISION]/FILE.gguf, or a URL." };
        var quantization = new Option<string>("--quant") { Description = $"Quantisation, for a name that recommend shows; default {QuantizationDefault}.", DefaultValueFactory = _ => QuantizationDefault };
        var sha256 = new Option<string?>("--sha256") { Description = "Checksum that the file has to have; without it the hub's." };
        var mirror = new Option<string?>("--mirror") { Description = $"Address to use instead of the hub's; default {Hub.EndpointVariable}. {Hub.TokenVariable} is sent there, and to no other host." };
        sha256.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } sum && !Checksums.IsSum(sum))
            {
                result.AddError($"--sha256 is '{sum}'; give 64 hexadecimal digits.");
            }
        });
        var command = new Command("pull", "Fetches a model: goes on where an earlier pull stopped, and checks it.") { source, quantization, sha256, mirror };
        command.Do(environment, (parsed, cancellationToken) =>
        {
            var hub = Hub.Of(parsed.GetValue(mirror), environment.Variable);
            var files = ModelSource.Find(
                parsed.GetRequiredValue(source), parsed.GetRequiredValue(quantization), parsed.GetValue(sha256)?.ToLowerInvariant(), hub, new ModelSettings(environment.Settings()));
            return RunAsync(environment, hub, files, folderOf(parsed), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(CliEnvironment environment, Hub hub, IReadOnlyList<RemoteFile> files, ModelFolder folder, CancellationToken cancellationToken)
    {
        using FileServer server = new(hub, environment.Time);
        try
        {
            Directory.CreateDirectory(folder.Path);
            await new Pull(environment, server, folder).RunAsync(files, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            environment.Error.Line("Stopped. What has come is kept: pull again to go on from there.");
            return ExitCodes.Interrupted;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{folder.Path} cannot be written: {exception.Message.TrimEnd('.')}. Make room or get the right to, then pull again: what has come is kept.");
        }

        var path = Path.Combine(folder.Path, files[0].Name);
        environment.Out.Line(path);
        environment.Error.Line($"Use it for a kind of job with its setting, for example Kinds__Chat__Model={path}.");
        return ExitCodes.Success;
    }
}
