using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Subscriptions;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Core.Tests.Subscriptions;

public sealed class AttemptUpdatesTests : IDisposable
{
    private const string Subscriber = "api-1";

    private static readonly EventOptions Limits = new() { TextLengthMax = 1_000 };

    private readonly ManualTime _time = new();
    private readonly EventSender _sender = new(Options.Create(Limits));
    private readonly AttemptUpdates _updates;

    public AttemptUpdatesTests() => _updates = new AttemptUpdates(Guid.CreateVersion7(), 1, _sender, Limits, _time, _ => { });

    public void Dispose() => _updates.Dispose();

    [Fact]
    public void Nothing_is_sent_without_a_subscriber()
    {
        _updates.Write("text");
        _updates.Report(0.5);
        _updates.Complete(JobState.Succeeded);

        Sent().ShouldBeEmpty();
    }

    [Fact]
    public void The_first_text_goes_at_once_and_what_comes_soon_after_goes_together()
    {
        Subscribe();
        Sent();

        _updates.Write("오");
        Sent().Select(e => (e.Offset, e.Text)).ShouldBe([(0, "오")]);

        _updates.Write("늘");
        _updates.Write("은 ");
        Sent().ShouldBeEmpty();
        _time.Advance(Limits.ChunkInterval);
        Sent().Select(e => (e.Offset, e.Text)).ShouldBe([(1, "늘은 ")]);

        _time.Advance(Limits.ChunkInterval);
        _updates.Write("맑음");
        Sent().Select(e => (e.Offset, e.Text)).ShouldBe([(4, "맑음")]);
    }

    [Fact]
    public void Whoever_comes_later_gets_everything_so_far_and_then_only_what_is_new()
    {
        Subscribe();
        _updates.Write("early ");
        Sent();

        Subscribe("api-2");
        Sent().ShouldHaveSingleItem().Text.ShouldBe("early ");

        _time.Advance(Limits.ChunkInterval);
        _updates.Write("late");
        Sent().Select(e => (e.Offset, e.Text)).ShouldBe([(6, "late"), (6, "late")]);
    }

    [Fact]
    public void Whoever_missed_something_gets_everything_again()
    {
        Subscribe();
        _updates.Write("once");
        Sent();

        _updates.Subscribe(Subscriber, Until(), fromStart: true);

        Sent().Select(e => (e.Offset, e.Text)).ShouldBe([(0, "once")]);
    }

    [Fact]
    public void Whoever_does_not_ask_again_is_forgotten()
    {
        Subscribe();
        Sent();
        _time.Advance(Limits.SubscriptionLifetime);

        _updates.Write("for nobody");

        Sent().ShouldBeEmpty();
    }

    [Fact]
    public void The_end_brings_what_was_held_back()
    {
        Subscribe();
        _updates.Write("a");
        _updates.Write("b");
        Sent();

        _updates.Complete(JobState.Succeeded);

        Sent().Select(e => (e.Offset, e.Text, e.State)).ShouldBe([(1, "b", JobState.Succeeded)]);
        _updates.Write("c");
        _time.Advance(Limits.ChunkInterval);
        Sent().ShouldBeEmpty();
    }

    [Fact]
    public void Text_beyond_its_bound_is_left_to_the_result_without_a_hole()
    {
        Subscribe();
        Sent();
        _updates.Write(new string('a', Limits.TextLengthMax));
        _time.Advance(Limits.ChunkInterval);
        _updates.Write("too much");
        _updates.Write("x");
        _time.Advance(Limits.ChunkInterval);

        Sent().ShouldHaveSingleItem().Text!.Length.ShouldBe(Limits.TextLengthMax);
    }

    [Fact]
    public void Progress_is_told_without_text()
    {
        Subscribe();
        Sent();

        _updates.Report(0.25);

        var sent = Sent().ShouldHaveSingleItem();
        (sent.Progress, sent.Text).ShouldBe((0.25, null));
    }

    private void Subscribe(string address = Subscriber) => _updates.Subscribe(address, Until(), fromStart: false);

    private long Until() => _time.GetTimestamp() + Limits.SubscriptionLifetime.Ticks;

    private List<JobEvent> Sent()
    {
        List<JobEvent> sent = [];
        while (_sender.Outgoing.TryRead(out var outgoing))
        {
            sent.Add(outgoing.Event!);
        }

        return sent;
    }
}
