using System.Text.RegularExpressions;
using Dapper;
using Pipeline.Chaos.Rigs;
using Pipeline.TestSupport.Services;

namespace Pipeline.Chaos.Faults;

/// <summary>The broker's data directory is deleted, and the operator does what the documentation says.</summary>
internal sealed partial class LoseBroker : IFault
{
    public string Name => "lose broker data";

    public async Task InjectAsync(Rig rig, Random random, CancellationToken cancellationToken)
    {
        await rig.WithServersAsync(servers => servers.LoseBrokerDataAsync(), cancellationToken);
        var dispatched = await rig.UntilDatabaseAnswersAsync(
            database => database.ExecuteAsync(new CommandDefinition(OperatorCommand(), cancellationToken: cancellationToken)), cancellationToken);
        await rig.Progress.WriteLineAsync($"the operator dispatched {dispatched} waiting jobs again");
    }

    /// <summary>As it stands in the documentation, so that what is proven is what an operator will type.</summary>
    private static string OperatorCommand()
    {
        var match = Command().Match(File.ReadAllText(RepositoryFiles.Path("docs", "operations.md")));
        return match.Success
            ? match.Groups[1].Value
            : throw new InvalidOperationException("docs/operations.md has no SQL under '### The broker lost its data'.");
    }

    [GeneratedRegex(@"^### The broker lost its data$.*?^```sql$(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Command();
}
