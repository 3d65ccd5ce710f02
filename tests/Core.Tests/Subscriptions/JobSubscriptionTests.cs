using Pipeline.Contracts;
using Pipeline.Core.Subscriptions;

namespace Pipeline.Core.Tests.Subscriptions;

public sealed class JobSubscriptionTests
{
    private readonly JobSubscription _subscription = new(Guid.CreateVersion7(), textLengthMax: 100);

    [Fact]
    public void Readers_have_places_of_their_own()
    {
        Receive(1, 0, "Se");
        Receive(1, 2, "oul.");

        _subscription.Read(default).Text.ShouldBe("Seoul.");
        _subscription.Read(new(1, 2)).Text.ShouldBe("oul.");
        _subscription.Read(new(1, 6)).Text.ShouldBe("");
    }

    [Fact]
    public void Text_that_came_already_is_not_repeated()
    {
        Receive(1, 0, "Seo");

        Receive(1, 0, "Seoul").ShouldBeTrue();

        _subscription.Read(default).Text.ShouldBe("Seoul");
    }

    [Fact]
    public void A_gap_is_told_and_closed_by_the_whole_text()
    {
        Receive(1, 0, "Se");

        Receive(1, 4, "l.").ShouldBeFalse();
        _subscription.Read(default).Text.ShouldBe("Se");

        Receive(1, 0, "Seoul.").ShouldBeTrue();
        _subscription.Read(default).Text.ShouldBe("Seoul.");
    }

    [Fact]
    public void Each_attempt_begins_its_text_anew()
    {
        Receive(1, 0, "first");
        Receive(2, 0, "second");
        Receive(1, 5, " late").ShouldBeTrue();

        var snapshot = _subscription.Read(new(1, 5));
        (snapshot.TextAttempt, snapshot.Offset, snapshot.Text).ShouldBe((2, 0, "second"));
    }

    [Fact]
    public void What_the_database_said_a_moment_ago_does_not_undo_what_was_told_since()
    {
        Receive(1, 0, "text");
        _subscription.Observe(JobState.Queued, 0, jobsAhead: 3);
        _subscription.Read(default).State.ShouldBe(JobState.Running);

        Receive(1, 4, null, JobState.Succeeded);
        _subscription.Observe(JobState.Running, 1, jobsAhead: null);
        _subscription.Read(default).State.ShouldBe(JobState.Succeeded);
    }

    [Fact]
    public void A_retry_waits_again_and_runs_again()
    {
        Receive(1, 0, null);
        Receive(1, 0, null, JobState.Queued);
        _subscription.Observe(JobState.Queued, 1, jobsAhead: 7);
        _subscription.Read(default).JobsAhead.ShouldBe(7);

        Receive(2, 0, null);

        (_subscription.Read(default).State, _subscription.Read(default).Attempt).ShouldBe((JobState.Running, 2));
    }

    [Fact]
    public void Text_beyond_the_bound_is_no_gap_that_is_asked_for_again()
    {
        Receive(1, 0, new string('a', 100));

        Receive(1, 100, "b").ShouldBeTrue();
        Receive(1, 101, "c").ShouldBeTrue();

        _subscription.Read(default).Text.Length.ShouldBe(100);
    }

    [Fact]
    public void Every_change_wakes_those_who_wait()
    {
        var waiting = _subscription.Read(default).Changed;
        waiting.IsCompleted.ShouldBeFalse();

        Receive(1, 0, "text");

        waiting.IsCompleted.ShouldBeTrue();
        _subscription.Read(default).Changed.IsCompleted.ShouldBeFalse();
    }

    private bool Receive(int attempt, int offset, string? text, string state = JobState.Running) =>
        _subscription.Receive(new JobEvent { JobId = _subscription.JobId, Attempt = attempt, State = state, Offset = offset, Text = text });
}
