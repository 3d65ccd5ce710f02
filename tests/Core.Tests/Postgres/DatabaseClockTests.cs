using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Core.Postgres;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Postgres;

public sealed class DatabaseClockTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IDisposable
{
    private readonly ShiftedTime _machine = new(TimeSpan.Zero);
    private readonly RecordedLog _log = new();
    private readonly LoggerFactory _loggers = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _loggers.Dispose();

    [Theory]
    [InlineData("12.00:00:00")]
    [InlineData("-12.00:00:00")]
    [InlineData("05:00:00")]
    [InlineData("-00:00:40")]
    public async Task A_machine_whose_clock_is_wrong_goes_by_the_databases(string by)
    {
        _machine.By = TimeSpan.Parse(by, null);
        var clock = new DatabaseClock(_machine);

        await DatabaseClock.SetAsync(clock, database.DataSource, Token);

        (clock.GetUtcNow() - TimeProvider.System.GetUtcNow()).Duration().ShouldBeLessThan(TimeSpan.FromSeconds(5));
        (clock.Ahead - _machine.By).Duration().ShouldBeLessThan(TimeSpan.FromSeconds(5));
        var started = clock.GetTimestamp();
        clock.GetElapsedTime(started).ShouldBeLessThan(Patience.Limit);
    }

    [Fact]
    public async Task A_clock_that_is_set_right_counts_again_and_one_that_is_right_is_left_alone()
    {
        _machine.By = TimeSpan.FromHours(-3);
        var clock = new DatabaseClock(_machine);
        await DatabaseClock.SetAsync(clock, database.DataSource, Token);
        clock.Ahead.ShouldNotBe(TimeSpan.Zero);

        _machine.By = TimeSpan.FromMilliseconds(300);
        await DatabaseClock.SetAsync(clock, database.DataSource, Token);

        clock.Ahead.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task Clocks_that_differ_by_too_much_are_told_of_once_and_degrade_health_until_they_agree()
    {
        _loggers.AddProvider(_log);
        _machine.By = TimeSpan.FromDays(12);
        using var watch = new ClockWatch(
            database.DataSource, Options.Create(new PostgresOptions()), new DatabaseClock(_machine), _loggers.CreateLogger<ClockWatch>());
        var health = new ClockHealth(watch);

        await watch.LookAsync(Token);
        await watch.LookAsync(Token);
        var wrong = await health.CheckHealthAsync(new(), Token);
        _machine.By = TimeSpan.FromSeconds(20); // Within the bound.
        await watch.LookAsync(Token);
        await watch.LookAsync(Token);

        wrong.Status.ShouldBe(HealthStatus.Degraded);
        wrong.Description!.ShouldMatch("^This machine's clock is (12 d 00:00:0[0-9]|11 d 23:59:5[0-9]) ahead of PostgreSQL's, which counts\\. Set both by a time service");
        (await health.CheckHealthAsync(new(), Token)).Status.ShouldBe(HealthStatus.Healthy);
        _log.Lines.Select(line => line.Text.Split(" is ")[0]).ShouldBe(
        [
            "Pipeline.Core.Postgres.ClockWatch: This machine's clock",
            "Pipeline.Core.Postgres.ClockWatch: This machine's clock and PostgreSQL's agree again",
        ]);
    }

    [Fact]
    public async Task A_machine_that_is_behind_is_told_so()
    {
        _machine.By = TimeSpan.FromHours(-2);
        using var watch = new ClockWatch(
            database.DataSource, Options.Create(new PostgresOptions()), new DatabaseClock(_machine), _loggers.CreateLogger<ClockWatch>());

        await watch.LookAsync(Token);

        watch.Problem!.ShouldMatch("^This machine's clock is (02:00:0[0-9]|01:59:5[0-9]) behind PostgreSQL's");
    }
}
