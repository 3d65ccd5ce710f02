using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Events;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Core.Tests.Events;

public sealed class AttemptFeedTests : IDisposable
{
    private const string Watcher = "api-1";

    private static readonly EventOptions Limits = new() { TextLengthMax = 1_000 };

    private readonly ManualTime _time = new();
    private readonly EventSender _sender = new(Options.Create(Limits));
    private readonly AttemptFeed _feed;

    public AttemptFeedTests() => _feed = new AttemptFeed(Guid.CreateVersion7(), 1, _sender, Limits, _time, _ => { });

    public void Dispose() => _feed.Dispose();

    [Fact]
    public void Nothing_is_sent_while_nobody_follows()
    {
        _feed.Write("text");
        _feed.Report(0.5);
        _feed.End(JobState.Succeeded);

        Sent().ShouldBeEmpty();
    }

    [Fact]
    public void The_first_text_goes_at_once_and_what_comes_soon_after_goes_together()
    {
        Watch();
        Sent();

        _feed.Write("오");
        Sent().Select(e => (e.Offset, e.Text)).ShouldBe([(0, "오")]);

        _feed.Write("늘");
        _feed.Write("은 ");
        Sent().ShouldBeEmpty();
        _time.Advance(Limits.ChunkInterval);
        Sent().Select(e => (e.Offset, e.Text)).ShouldBe([(1, "늘은 ")]);

        _time.Advance(Limits.ChunkInterval);
        _feed.Write("맑음");
        Sent().Select(e => (e.Offset, e.Text)).ShouldBe([(4, "맑음")]);
    }

    [Fact]
    public void Whoever_comes_later_gets_everything_so_far_and_then_only_what_is_new()
    {
        Watch();
        _feed.Write("early ");
        Sent();

        Watch("api-2");
        Sent().ShouldHaveSingleItem().Text.ShouldBe("early ");

        _time.Advance(Limits.ChunkInterval);
        _feed.Write("late");
        Sent().Select(e => (e.Offset, e.Text)).ShouldBe([(6, "late"), (6, "late")]);
    }

    [Fact]
    public void Whoever_missed_something_gets_everything_again()
    {
        Watch();
        _feed.Write("once");
        Sent();

        _feed.Watch(Watcher, Until(), fromStart: true);

        Sent().Select(e => (e.Offset, e.Text)).ShouldBe([(0, "once")]);
    }

    [Fact]
    public void Whoever_does_not_ask_again_is_forgotten()
    {
        Watch();
        Sent();
        _time.Advance(Limits.WatchLifetime);

        _feed.Write("for nobody");

        Sent().ShouldBeEmpty();
    }

    [Fact]
    public void The_end_brings_what_was_held_back()
    {
        Watch();
        _feed.Write("a");
        _feed.Write("b");
        Sent();

        _feed.End(JobState.Succeeded);

        Sent().Select(e => (e.Offset, e.Text, e.State)).ShouldBe([(1, "b", JobState.Succeeded)]);
        _feed.Write("c");
        _time.Advance(Limits.ChunkInterval);
        Sent().ShouldBeEmpty();
    }

    [Fact]
    public void Text_beyond_its_bound_is_left_to_the_result_without_a_hole()
    {
        Watch();
        Sent();
        _feed.Write(new string('a', Limits.TextLengthMax));
        _time.Advance(Limits.ChunkInterval);
        _feed.Write("too much");
        _feed.Write("x");
        _time.Advance(Limits.ChunkInterval);

        Sent().ShouldHaveSingleItem().Text!.Length.ShouldBe(Limits.TextLengthMax);
    }

    [Fact]
    public void Progress_is_told_without_text()
    {
        Watch();
        Sent();

        _feed.Report(0.25);

        var told = Sent().ShouldHaveSingleItem();
        (told.Progress, told.Text).ShouldBe((0.25, null));
    }

    private void Watch(string address = Watcher) => _feed.Watch(address, Until(), fromStart: false);

    private long Until() => _time.GetTimestamp() + Limits.WatchLifetime.Ticks;

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
