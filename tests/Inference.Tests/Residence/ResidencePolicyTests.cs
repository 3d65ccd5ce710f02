using Pipeline.Inference.Residence;

namespace Pipeline.Inference.Tests.Residence;

public sealed class ResidencePolicyTests
{
    private static readonly TimeSpan _waitMax = TimeSpan.FromSeconds(30);

    [Fact]
    public void What_fits_beside_the_others_is_loaded_at_once() =>
        Decide(100, Loaded("a", 40) with { Users = 3 }, Wanted("b", 60)).Load!.File.ShouldBe("b");

    [Fact]
    public void Nothing_is_loaded_that_nobody_waits_for() => Decide(100, Wanted("a", 10) with { Waiting = 0 }).ShouldSatisfyAllConditions(
        decision => decision.Load.ShouldBeNull(), decision => decision.LookAgainIn.ShouldBeNull());

    [Fact]
    public void A_model_that_does_not_fit_waits_while_the_loaded_one_has_work_and_no_longer_than_the_bound()
    {
        var busy = Loaded("a", 60) with { Users = 1 };

        var early = Decide(100, busy, Wanted("b", 60, waitedSeconds: 29));
        early.Closed.ShouldBeEmpty();
        early.LookAgainIn.ShouldBe(TimeSpan.FromSeconds(1));

        Decide(100, busy, Wanted("b", 60, waitedSeconds: 30)).Closed.Single().File.ShouldBe("a");
    }

    [Fact]
    public void An_idle_model_makes_room_for_one_that_is_waited_for()
    {
        Decide(100, Loaded("a", 60), Wanted("b", 60)).Closed.Single().File.ShouldBe("a");
    }

    [Fact]
    public void One_that_is_slow_to_load_is_kept_a_moment_after_its_last_job()
    {
        var slow = Loaded("a", 60) with { LoadTime = TimeSpan.FromSeconds(20), IdleFor = TimeSpan.FromSeconds(1) };

        Decide(100, slow, Wanted("b", 60)).LookAgainIn.ShouldBe(TimeSpan.FromSeconds(1));
        Decide(100, slow with { IdleFor = TimeSpan.FromSeconds(2) }, Wanted("b", 60)).Closed.Single().File.ShouldBe("a");
    }

    [Fact]
    public void A_model_runs_at_least_as_long_as_it_took_to_load_however_long_others_wait()
    {
        var fresh = Loaded("a", 60) with { Users = 1, LoadTime = TimeSpan.FromSeconds(20), LoadedFor = TimeSpan.FromSeconds(15) };

        var decision = Decide(100, fresh, Wanted("b", 60, waitedSeconds: 300));

        decision.Closed.ShouldBeEmpty();
        decision.LookAgainIn.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void The_one_that_was_used_longest_ago_goes_first() => Decide(
        100,
        Loaded("new", 40) with { IdleFor = TimeSpan.FromSeconds(5) },
        Loaded("old", 40) with { IdleFor = TimeSpan.FromSeconds(50) },
        Wanted("b", 60)).Closed.Select(model => model.File).ShouldBe(["old"]);

    [Fact]
    public void No_more_go_than_have_to() => Decide(
        100,
        Loaded("small", 10) with { IdleFor = TimeSpan.FromSeconds(60) },
        Loaded("large", 80) with { IdleFor = TimeSpan.FromSeconds(5) },
        Wanted("b", 90)).Closed.Select(model => model.File).ShouldBe(["large"]);

    [Fact]
    public void Of_several_that_wait_the_first_comes_first_and_nobody_takes_its_room()
    {
        var decision = Decide(100, Loaded("a", 60) with { Users = 1, LoadTime = TimeSpan.FromSeconds(60) }, Wanted("b", 60, waitedSeconds: 40), Wanted("c", 40, waitedSeconds: 5));

        decision.Load.ShouldBeNull();
    }

    [Fact]
    public void Before_the_bound_a_small_one_may_use_what_is_left() =>
        Decide(100, Loaded("a", 60) with { Users = 1 }, Wanted("b", 60, waitedSeconds: 10), Wanted("c", 40, waitedSeconds: 5)).Load!.File.ShouldBe("c");

    [Fact]
    public void A_name_that_moves_waits_for_nothing() =>
        Decide(100, Loaded("a", 60) with { Users = 5 }, Wanted("b", 60) with { IsUrgent = true }).Closed.Single().File.ShouldBe("a");

    [Fact]
    public void The_file_that_a_name_moves_from_makes_room_before_others() => Decide(
        100,
        Loaded("other", 40) with { IdleFor = TimeSpan.FromHours(1) },
        Loaded("old", 40) with { Users = 5, IsReplaced = true },
        Wanted("new", 40) with { IsUrgent = true }).Closed.Single().File.ShouldBe("old");

    [Fact]
    public void What_no_name_means_leaves_once_it_is_idle()
    {
        Decide(100, Loaded("a", 10) with { IsNamed = false }).Closed.Single().File.ShouldBe("a");
        Decide(100, Loaded("a", 10) with { IsNamed = false, Users = 1 }).Closed.ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_new_begins_while_a_model_is_on_its_way()
    {
        var leaving = Loaded("a", 60) with { Phase = ModelPhase.Leaving, IsClosed = true };

        Decide(100, leaving, Wanted("b", 60, waitedSeconds: 99)).ShouldSatisfyAllConditions(
            decision => decision.Load.ShouldBeNull(), decision => decision.Closed.Single().File.ShouldBe("a"));
    }

    [Fact]
    public void Memory_of_the_gpu_counts_by_itself()
    {
        var policy = new ResidencePolicy(new(1_000, 100), _waitMax);
        var onGpu = Loaded("a", 10) with { Footprint = new(10, 60), Users = 1 };

        policy.Decide([onGpu, Wanted("b", 10) with { Footprint = new(10, 60) }]).Load.ShouldBeNull();
        policy.Decide([onGpu, Wanted("b", 10) with { Footprint = new(10, 40) }]).Load!.File.ShouldBe("b");
    }

    private static ResidenceDecision Decide(long budget, params ResidentModel[] models) => new ResidencePolicy(new(budget, 0), _waitMax).Decide(models);

    private static ResidentModel Loaded(string file, long bytes) =>
        new() { File = file, Phase = ModelPhase.Loaded, Footprint = new(bytes, 0), LoadedFor = TimeSpan.FromMinutes(5) };

    private static ResidentModel Wanted(string file, long bytes, int waitedSeconds = 1) =>
        new() { File = file, Phase = ModelPhase.Absent, Footprint = new(bytes, 0), Waiting = 1, WaitingFor = TimeSpan.FromSeconds(waitedSeconds) };
}
