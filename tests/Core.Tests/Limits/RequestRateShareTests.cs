using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Core.Limits;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Limits;

public sealed class RequestRateShareTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Processes_together_let_in_what_the_limit_holds()
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        var client = await AddClientAsync(dataSource);
        var (first, second) = (new RequestRates(_time), new RequestRates(_time));
        using var shareOfFirst = Share(dataSource, first);
        using var shareOfSecond = Share(dataSource, second);
        (Take(first, client, 6), Take(second, client, 3)).ShouldBe((6, 3));

        await shareOfFirst.ShareAsync(CancellationToken.None);
        await shareOfSecond.ShareAsync(CancellationToken.None);

        // The second knows of all nine; the first hears of three of them when it tells something again.
        Take(second, client, 10).ShouldBe(1);
        Take(first, client, 1).ShouldBe(1);
        await shareOfFirst.ShareAsync(CancellationToken.None);
        Take(first, client, 10).ShouldBe(0);

        _time.Advance(TimeSpan.FromMinutes(1));
        Take(second, client, 20).ShouldBe(10);
        await shareOfSecond.ShareAsync(CancellationToken.None);
        await using var connection = await dataSource.OpenConnectionAsync();
        (await connection.QuerySingleAsync<int>("select requests from request_rates where client_id = @client", new { client })).ShouldBe(10);
    }

    private RequestRateShare Share(NpgsqlDataSource dataSource, RequestRates rates) => new(dataSource, rates, _time, NullLogger<RequestRateShare>.Instance);

    private static int Take(RequestRates rates, Guid client, int requests) => Enumerable.Range(0, requests).Count(_ => rates.Take(client, 10).IsTaken);

    private static async Task<Guid> AddClientAsync(NpgsqlDataSource dataSource)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        return await connection.QuerySingleAsync<Guid>("insert into clients (id, name) values (@id, 'web') returning id", new { id = Guid.CreateVersion7() });
    }
}
