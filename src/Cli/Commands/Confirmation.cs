using Pipeline.Cli.Display;

namespace Pipeline.Cli.Commands;

/// <summary>Asks before something goes that nothing brings back.</summary>
internal static class Confirmation
{
    /// <param name="what">That is to go, for when nobody is there to be asked.</param>
    /// <exception cref="CommandException">Nobody is there.</exception>
    public static bool IsGiven(CliEnvironment environment, string what, string question)
    {
        if (environment.Answers is not { } answers)
        {
            throw new CommandException($"Nobody is there to be asked whether {what} is to go; give --yes.");
        }

        environment.Error.Line($"{question} Type yes:");
        return answers.ReadLine()?.Trim().ToLowerInvariant() is "yes" or "y";
    }
}
