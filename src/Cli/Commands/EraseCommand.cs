using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Cli.Display;
using Pipeline.Core.Clients;
using Pipeline.Core.Erasure;

namespace Pipeline.Cli.Commands;

/// <summary><c>keys erase NAME</c>: does the work itself, so that it needs no running pipeline. Cut short, it goes on when it is called again.</summary>
internal static class EraseCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var name = KeyOptions.Name("Whose jobs, documents, conversations, files and keys are deleted.");
        var revokedOnly = new Option<bool>("--revoked-only") { Description = "Spares whoever has the name now." };
        var yes = new Option<bool>("--yes") { Description = "Does not ask." };
        var command = new Command("erase", "Deletes everything of all clients that ever had a name; the name stays in the audit, and how much they used.") { name, revokedOnly, yes };
        command.Do(environment, (parsed, cancellationToken) =>
        {
            var client = parsed.GetRequiredValue(name);
            if (!parsed.GetValue(yes) && !Confirmation.IsGiven(
                environment, $"'{client}'", $"Delete everything of '{client}': jobs, documents, conversations, files, keys? Nothing brings it back."))
            {
                environment.Error.Line($"'{client}' stays.");
                return Task.FromResult(ExitCodes.Failure);
            }

            return PipelineDatabase.UseAsync(
                environment, services => EraseAsync(environment, services, client, parsed.GetValue(revokedOnly), cancellationToken), cancellationToken);
        });
        return command;
    }

    private static async Task<int> EraseAsync(CliEnvironment environment, IServiceProvider services, string name, bool revokedOnly, CancellationToken cancellationToken)
    {
        var entry = await KeyAudit.BeginAsync(environment, services, KeyActions.Erase, name, new() { ["revoked_only"] = revokedOnly }, cancellationToken);
        switch (await services.GetRequiredService<KeyStore>().BeginErasureAsync(name, revokedOnly, cancellationToken))
        {
            case KeyReply.Refused refused:
                await entry.EndAsync(refused);
                throw new CommandException(refused.Message);
            case KeyReply.Erasing { Clients: var clients }:
                // Processes remember its keys for a few seconds, and may take something until then.
                environment.Error.Line($"The keys of '{name}' have ended; {clients.Count} {(clients.Count is 1 ? "client is" : "clients are")} erased, which takes {ClientErasure.KeyTime.TotalSeconds:0} s at least …");
                var (jobs, rows) = await EraseAsync(services, clients, cancellationToken);
                await entry.EndAsync(KeyAudit.Done, jobs);
                environment.Out.Line($"Erased '{name}': {jobs} jobs, {rows} rows in all.");
                break;
        }

        return ExitCodes.Success;
    }

    private static async Task<(long Jobs, long Rows)> EraseAsync(IServiceProvider services, IReadOnlyList<Guid> clients, CancellationToken cancellationToken)
    {
        var (erasure, time) = (services.GetRequiredService<ClientErasure>(), services.GetRequiredService<TimeProvider>());
        var since = time.GetTimestamp();
        var (jobs, rows) = await EraseAllAsync();

        // What came while processes remembered the keys.
        var left = ClientErasure.KeyTime - time.GetElapsedTime(since);
        await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken);
        var late = await EraseAllAsync();
        foreach (var client in clients)
        {
            await erasure.CloseAsync(client, cancellationToken);
        }

        return (jobs + late.Jobs, rows + late.Rows);

        async Task<(long Jobs, long Rows)> EraseAllAsync()
        {
            var total = (Jobs: 0L, Rows: 0L);
            foreach (var client in clients)
            {
                var erased = await erasure.EraseAsync(client, cancellationToken);
                total = (total.Jobs + erased.Jobs, total.Rows + erased.Rows);
            }

            return total;
        }
    }
}
