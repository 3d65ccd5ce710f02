using Dapper;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Scheduler.Hangfire;
using Pipeline.Scheduler.Tests.Schedules;
using Pipeline.TestSupport.Services;

namespace Pipeline.Scheduler.Tests;

public sealed class DataProtectionTests
{
    [Fact]
    public async Task What_one_replica_signs_another_accepts()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var first = await SchedulerProcess.StartAsync(database.ConnectionString, pipeline => pipeline.AddHangfireSchedules());
        await using var second = await SchedulerProcess.StartAsync(database.ConnectionString, pipeline => pipeline.AddHangfireSchedules());

        var form = Protector(first).Protect("form");

        Protector(second).Unprotect(form).ShouldBe("form");
        await using var connection = await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        (await connection.ExecuteScalarAsync<int>("select count(*)::int from data_protection_keys")).ShouldBeGreaterThan(0);
    }

    private static IDataProtector Protector(SchedulerProcess scheduler) =>
        scheduler.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");
}
