using System.CommandLine;
using Pipeline.Cli.Commands;
using Pipeline.Cli.Display;

namespace Pipeline.Cli;

/// <summary>The verbs, and the one place where an error becomes a sentence and an exit code.</summary>
internal static class CommandLine
{
    /// <summary>How long a command may take to notice Ctrl-C before the process ends without it.</summary>
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(5);

    public static Task<int> RunAsync(string[] args, Surroundings surroundings, CancellationToken cancellationToken)
    {
        var root = new RootCommand("Talks to a running pipeline, and makes its API keys.")
        {
            SamplesCommand.Create(surroundings),
            SubmitCommand.Create(surroundings),
            EvalCommand.Create(surroundings),
            KeysCommand.Create(surroundings),
            DemoCommand.Create(surroundings),
        };

        return root.Parse(args).InvokeAsync(
            new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = StopMax,
                Output = surroundings.Out.Profile.Out.Writer,
                Error = surroundings.Error.Profile.Out.Writer,
            },
            cancellationToken);
    }

    /// <summary>Gives a command its action: whatever goes wrong in it ends in a sentence, never in a stack trace.</summary>
    public static void Do(
        this Command command,
        Surroundings surroundings,
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
                surroundings.Error.Line("Stopped. What the pipeline has accepted goes on.");
                return ExitCodes.Interrupted;
            }
            catch (CommandException exception)
            {
                surroundings.Error.Line(exception.Message);
                return ExitCodes.Failure;
            }
            catch (Exception exception)
            {
                surroundings.Error.Line($"Unexpected {exception.GetType().Name}: {exception.Message} Please report it.");
                return ExitCodes.Failure;
            }
        });
    }
}
