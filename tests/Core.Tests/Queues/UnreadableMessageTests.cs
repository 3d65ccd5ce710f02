using System.Text;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;
using RabbitMQ.Client;

namespace Pipeline.Core.Tests.Queues;

/// <summary>Messages that another application or a later version sent.</summary>
public sealed class UnreadableMessageTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Theory]
    [InlineData("not json")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[1,2]")]
    [InlineData("{}")]
    [InlineData("""{"job_id":"x"}""")]
    [InlineData("""{"others":["x"]}""")]
    [InlineData("""{"job_id":"019a9c1e-7f00-7000-8000-000000000001","others":[null]}""")]
    public async Task A_message_that_cannot_be_read_is_dropped_with_one_line_of_log(string body)
    {
        var settings = await TestPipeline.SettingsAsync(database);
        var log = new RecordedLog();
        await using var pipeline = await TestPipeline.StartAsync(database, settings, roles =>
        {
            roles.AddIntake().AddJobHandler<AnalyzeEmotion, EmotionResult, ScriptedHandler>();
            log.Record(roles);
        });
        await pipeline.FinishAsync(await pipeline.SubmitAsync("before"));
        await using var connection = await new ConnectionFactory { Uri = new Uri(settings["Broker:Url"]!) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();

        await channel.BasicPublishAsync(settings["Broker:QueuePrefix"] + "emotion", "", Encoding.UTF8.GetBytes(body));
        await Eventually.TrueAsync(() => Task.FromResult(log.Count("cannot be read") > 0));

        // Delivered and handled since then: the message does not come back.
        await pipeline.FinishAsync(await pipeline.SubmitAsync("after"));
        await pipeline.StopAsync();
        log.Lines.Where(line => line.Level > LogLevel.Information).ShouldHaveSingleItem().Text.ShouldNotContain("   at ");
        (await channel.MessageCountAsync(settings["Broker:QueuePrefix"] + "emotion")).ShouldBe(0u);
    }
}
