using System.CommandLine;
using Pipeline.Cli.Commands;
using Pipeline.Cli.Display;
using Pipeline.Cli.Models;
using Pipeline.Cli.Wire;
using Pipeline.Client;

namespace Pipeline.Cli;

/// <summary>The verbs, and the one place where an error becomes a sentence and an exit code.</summary>
internal static class CommandLine
{
    /// <summary>How long a command may take to notice Ctrl-C before the process ends without it.</summary>
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(5);

    public static Task<int> RunAsync(string[] args, CliEnvironment environment, CancellationToken cancellationToken)
    {
        var root = new RootCommand("Talks to a running pipeline, makes its API keys, and looks after its model files.")
        {
            SamplesCommand.Create(environment),
            SubmitCommand.Create(environment),
            EvalCommand.Create(environment),
            KeysCommand.Create(environment),
            EncryptionCommand.Create(environment),
            MigrateCommand.Create(environment),
            DatabaseCommand.Create(environment),
            DoctorCommand.Create(environment),
            DemoCommand.Create(environment),
            ModelsCommand.Create(environment),
            SbomCommand.Create(environment),
        };

        return root.Parse(args).InvokeAsync(
            new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = StopMax,
                Output = environment.Out.Profile.Out.Writer,
                Error = environment.Error.Profile.Out.Writer,
            },
            cancellationToken);
    }

    /// <summary>Gives a command its action: whatever goes wrong in it ends in a sentence, never in a stack trace.</summary>
    public static void Do(
        this Command command,
        CliEnvironment environment,
        Func<ParseResult, CancellationToken, Task<int>> action)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return await action(parsed, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                environment.Error.Line("Stopped. Jobs that the pipeline has accepted continue.");
                return ExitCodes.Interrupted;
            }
            catch (CommandException exception)
            {
                environment.Error.Line(exception.Message);
                return ExitCodes.Failure;
            }
            catch (PipelineException exception)
            {
                environment.Error.Line(exception.Sentence());
                return ExitCodes.Failure;
            }
            catch (Exception exception)
            {
                environment.Error.Line($"Unexpected {exception.GetType().Name}: {exception.Message} Please report it.");
                return ExitCodes.Failure;
            }
        });
    }
}

/// <summary>An expected ending of a command: a sentence for the person, with the remedy. Exit code 1.</summary>
internal sealed class CommandException(string sentence) : Exception(sentence);

internal static class ExitCodes
{
    public const int Success = 0;

    public const int Failure = 1;

    /// <summary>128 + SIGINT, as shells expect after Ctrl-C.</summary>
    public const int Interrupted = 130;
}
