using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Core.Events;
using Pipeline.Core.Jobs;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests;

public sealed class EventFaultTests(PrivateSystem system) : IClassFixture<PrivateSystem>
{
    [Fact]
    public async Task A_follower_misses_nothing_when_the_broker_restarts_in_the_middle()
    {
        var goOn = new SemaphoreSlim(0);
        var script = new HandlerScript
        {
            Run = async (_, context, cancellationToken) =>
            {
                foreach (var word in (string[])["before ", "meanwhile ", "after"])
                {
                    context.Feed.Write(word);
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
        var watches = api.Services.GetRequiredService<JobWatches>();
        await Eventually.TrueAsync(() => Task.FromResult(watches.Address is not null));

        var watch = watches.Open(await api.SubmitAsync("text"), isNew: false);
        await UntilAsync(watch, view => view.Text == "before ");
        var address = watches.Address;
        await system.Servers.ControlAsync("stop", "rabbitmq");
        goOn.Release();
        await Eventually.TrueAsync(() => Task.FromResult(watches.Address is null));
        await system.Servers.ControlAsync("start", "rabbitmq");

        await UntilAsync(watch, view => view.Text == "before meanwhile ");
        watches.Address.ShouldNotBe(address);
        goOn.Release();
        await UntilAsync(watch, view => view.Text == "before meanwhile after");
        goOn.Release();
        await UntilAsync(watch, view => view.State is JobState.Succeeded);
        (await api.FindAsync(watch.JobId)).Attempt.ShouldBe(1);
    }

    private static async Task UntilAsync(JobWatch watch, Func<JobView, bool> condition)
    {
        using var patience = Patience.Begin();
        while (watch.Read(default) is var view && !condition(view))
        {
            await view.Changed.WaitAsync(patience.Token);
        }
    }
}
