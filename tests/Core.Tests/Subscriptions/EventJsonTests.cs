using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Core.Subscriptions;

namespace Pipeline.Core.Tests.Subscriptions;

/// <summary>Processes of two versions talk to each other during a deploy.</summary>
public sealed class EventJsonTests
{
    private static readonly Guid Id = Guid.Parse("019a9c1e-7f00-7000-8000-000000000000");

    [Fact]
    public void Events_keep_their_shape()
    {
        JobEvent sent = new() { JobId = Id, Attempt = 1, State = JobState.Running, Offset = 4, Text = "text", Progress = 0.5 };

        JsonSerializer.Serialize(sent, EventJson.Default.JobEvent).ShouldBe(
            $$"""{"job_id":"{{Id}}","attempt":1,"state":"running","offset":4,"text":"text","progress":0.5}""");
        JsonSerializer.Deserialize($$"""{"job_id":"{{Id}}","attempt":1,"state":"running","added":1}""", EventJson.Default.JobEvent)
            .ShouldBe(new() { JobId = Id, Attempt = 1, State = JobState.Running });
    }

    [Fact]
    public void Subscriptions_keep_their_shape() =>
        JsonSerializer.Serialize(new SubscribeToJobs { Address = "events-1", JobIds = [Id], FromStart = true }, EventJson.Default.SubscribeToJobs)
            .ShouldBe($$"""{"address":"events-1","job_ids":["{{Id}}"],"from_start":true}""");
}
