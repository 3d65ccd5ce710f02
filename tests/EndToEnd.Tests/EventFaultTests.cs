using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Core.Subscriptions;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests;

public sealed class EventFaultTests(PrivateSystem system) : IClassFixture<PrivateSystem>
{
    [Fact]
    public async Task A_subscriber_misses_nothing_when_the_broker_restarts_in_the_middle()
    {
        var goOn = new SemaphoreSlim(0);
        var script = new HandlerScript
        {
            Run = async (_, context, cancellationToken) =>
            {
                foreach (var word in (string[])["before ", "meanwhile ", "after"])
                {
                    context.Updates.Write(word);
                    await goOn.WaitAsync(cancellationToken);
                }

                return HandlerScript.Neutral;
            },
        };
        await using var database = await PostgresDatabase.CreateAsync();
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Broker:Url"] = system.Servers.Addresses.Broker;
        await using var api = await TestPipeline.StartAsync(database, settings, pipeline => pipeline.AddIntake());
        await using var worker = await TestPipeline.StartAsync(
            database, settings, pipeline => pipeline.AddJobHandler<AnalyzeEmotion, EmotionResult, ScriptedHandler>(), script);
        var subscriptions = api.Services.GetRequiredService<JobSubscriptions>();
        await Eventually.TrueAsync(() => Task.FromResult(subscriptions.Address is not null));

        var subscription = subscriptions.Open(await api.SubmitAsync("text"), isNew: false);
        await UntilAsync(subscription, snapshot => snapshot.Text == "before ");
        var address = subscriptions.Address;
        await system.Servers.ControlAsync("stop", "rabbitmq");
        goOn.Release();
        await Eventually.TrueAsync(() => Task.FromResult(subscriptions.Address is null));
        await system.Servers.ControlAsync("start", "rabbitmq");

        await UntilAsync(subscription, snapshot => snapshot.Text == "before meanwhile ");
        subscriptions.Address.ShouldNotBe(address);
        goOn.Release();
        await UntilAsync(subscription, snapshot => snapshot.Text == "before meanwhile after");
        goOn.Release();
        await UntilAsync(subscription, snapshot => snapshot.State is JobState.Succeeded);
        (await api.FindAsync(subscription.JobId)).Attempt.ShouldBe(1);
    }

    private static async Task UntilAsync(JobSubscription subscription, Func<JobSnapshot, bool> condition)
    {
        using var patience = Patience.Begin();
        while (subscription.Read(default) is var snapshot && !condition(snapshot))
        {
            await snapshot.Changed.WaitAsync(patience.Token);
        }
    }
}
