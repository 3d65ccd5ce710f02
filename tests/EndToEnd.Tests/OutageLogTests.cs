using System.Text.Json;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;

namespace Pipeline.EndToEnd.Tests;

/// <summary>What an operator reads of a server that was away, in the log of processes that went on.</summary>
public sealed class OutageLogTests(PrivateSystem system) : IClassFixture<PrivateSystem>
{
    private const int Looks = 2;

    [Theory]
    [InlineData("rabbitmq", "RabbitMQ")]
    [InlineData("postgres", "PostgreSQL")]
    public async Task A_server_that_is_away_is_told_of_once_and_once_more_when_it_is_back(string service, string server)
    {
        await using var api = await system.StartApiAsync(("Broker:ConfirmTimeout", "00:00:02"));
        await using var worker = await system.StartWorkerAsync();
        await using var scheduler = await RoleProcess.StartReadyAsync("Scheduler", system.Settings);
        RoleProcess[] roles = [api, worker, scheduler];
        using var client = new PipelineClient(api.Address);
        await client.FinishAsync(await client.SubmitAsync(["before"]));
        var before = roles.Select(role => Lines(role).Length).ToArray();

        await system.Servers.ControlAsync("stop", service);
        using (var http = new HttpClient())
        {
            // Orchestrators go on looking, and clients asking.
            await Eventually.TrueAsync(() => Task.FromResult(Told(api, server, "cannot be used") && Told(worker, server, "cannot be used")));
            for (var look = 0; look < Looks; look++)
            {
                await Task.WhenAll(roles.Select(async role => (await http.GetAsync(new Uri(role.Address, "/health/ready"))).Dispose()));
            }

            if (service == "rabbitmq")
            {
                await client.SubmitAsync(["I am so happy", "I am furious"]);
            }
        }

        await system.Servers.ControlAsync("start", service);
        await client.FinishAsync(await client.SubmitAsync(["after"]));
        await Eventually.TrueAsync(() => Task.FromResult(roles.All(role => Told(role, server, "works again") || !Told(role, server, "cannot be used"))));

        for (var i = 0; i < roles.Length; i++)
        {
            var lines = Lines(roles[i])[before[i]..];
            roles[i].Errors.ShouldBeEmpty();
            lines.Where(line => line.TryGetProperty("Exception", out _)).ShouldBeEmpty();

            // A queue that MassTransit comes back to late is received from anew, which is said as well.
            var told = lines.Select(line => line.GetProperty("Message").GetString()!).Where(line => !line.Contains("connecting again", StringComparison.Ordinal)).ToArray();
            told.Count(line => line.StartsWith($"{server} cannot be used", StringComparison.Ordinal)).ShouldBeLessThanOrEqualTo(1, string.Join('\n', told));
            told.Length.ShouldBeLessThanOrEqualTo(2, string.Join('\n', told));
        }
    }

    private static bool Told(RoleProcess role, string server, string what) => role.Output.Contains($"{server} {what}", StringComparison.Ordinal);

    private static JsonElement[] Lines(RoleProcess role) =>
        [.. role.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => JsonElement.Parse(line))];
}
