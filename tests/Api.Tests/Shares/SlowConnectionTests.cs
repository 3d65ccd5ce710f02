using System.Text;
using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Shares;

public sealed class SlowConnectionTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task A_body_that_stops_arriving_is_ended()
    {
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null);
        await using var held = await HeldBody.BeginAsync(host.Address, "/api/emotion", key: null, "application/json", "{");

        (await EndAsync(held)).ShouldContain("408");
    }

    [Fact]
    public async Task A_body_that_arrives_just_fast_enough_is_ended_after_its_time()
    {
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null, ("Api:BodyTimeMax", "00:00:01"));
        await using var held = await HeldBody.BeginAsync(host.Address, "/api/emotion", key: null, "application/json", "{");
        using CancellationTokenSource ended = new();
        var sending = SendAsync(held, ended.Token);

        (await EndAsync(held)).ShouldContain("408");

        await ended.CancelAsync();
        await sending;
    }

    private static async Task SendAsync(HeldBody held, CancellationToken ended)
    {
        using PeriodicTimer pace = new(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        try
        {
            while (await pace.WaitForNextTickAsync(ended))
            {
                await held.SendAsync(new string(' ', 500));
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The server has closed the connection, which is what is waited for.
        }
    }

    /// <summary>What the server says before it closes the connection.</summary>
    private static async Task<string> EndAsync(HeldBody held)
    {
        using var patience = Patience.Begin();
        StringBuilder said = new();
        var buffer = new byte[4_096];
        try
        {
            for (int read; (read = await held.Stream.ReadAsync(buffer, patience.Token)) > 0;)
            {
                said.Append(Encoding.UTF8.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // Closed while the client was still sending.
        }

        return said.ToString();
    }
}
