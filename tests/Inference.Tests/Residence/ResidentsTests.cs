using System.Collections.Concurrent;
using Pipeline.Inference.Residence;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Inference.Tests.Residence;

/// <summary>Loads, waits and moves over models that are only names, on a clock that stands still unless it is told to go on.</summary>
public sealed class ResidentsTests : IAsyncDisposable
{
    private static readonly TimeSpan _waitMax = TimeSpan.FromSeconds(30);

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;
    private readonly ManualTime _time = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _held = new();
    private readonly ConcurrentDictionary<string, Exception> _broken = new();
    private readonly ConcurrentQueue<string> _loads = new();
    private readonly Residents<FakeModel> _residents;

    public ResidentsTests() => _residents = new(new(new(100, 0), _waitMax), LoadAsync, _time);

    public ValueTask DisposeAsync() => _residents.DisposeAsync();

    [Fact]
    public async Task A_model_is_loaded_for_the_first_request_and_once()
    {
        Place("a", 60);

        using var one = await UseAsync("a");
        using var two = await UseAsync("A");

        two.Model.ShouldBeSameAs(one.Model);
        _loads.ShouldBe(["a"]);
    }

    [Fact]
    public async Task The_other_model_is_loaded_when_the_first_has_nothing_left_to_do()
    {
        Place("a", 60);
        Place("b", 60);
        var first = await UseAsync("a");
        var waiting = _residents.UseAsync("b", _cancel);
        waiting.IsCompleted.ShouldBeFalse();

        first.Dispose();

        using var second = await waiting;
        second.Model.File.ShouldBe("b");
        first.Model.IsDisposed.ShouldBeTrue();
    }

    [Fact]
    public async Task After_the_longest_wait_the_busy_one_takes_nothing_new_and_ends_what_it_runs()
    {
        Place("a", 60);
        Place("b", 60);
        var running = await UseAsync("a");
        var waiting = _residents.UseAsync("b", _cancel);

        _time.Advance(_waitMax);
        var late = _residents.UseAsync("a", _cancel);
        (waiting.IsCompleted, late.IsCompleted, running.Model.IsDisposed).ShouldBe((false, false, false));

        running.Dispose();
        var other = await waiting;
        late.IsCompleted.ShouldBeFalse();

        other.Dispose();
        using var again = await late;
        again.Model.File.ShouldBe("a");
        _loads.ShouldBe(["a", "b", "a"]);
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_fails_its_own_requests_and_nobody_elses()
    {
        Place("a", 60);
        Place("b", 30);
        _broken["b"] = new InferenceException("b is damaged.");
        using var running = await UseAsync("a");

        (await Should.ThrowAsync<InferenceException>(UseAsync("b"))).Message.ShouldBe("b is damaged.");
        (await Should.ThrowAsync<InferenceException>(UseAsync("b"))).Message.ShouldBe("b is damaged.");
        _loads.ShouldBe(["a", "b"]); // What failed a moment ago is not tried for each request.
        using var another = await UseAsync("a");

        _broken.Clear();
        _time.Advance(TimeSpan.FromSeconds(10));
        using var mended = await UseAsync("b");
        mended.Model.File.ShouldBe("b");
    }

    [Fact]
    public async Task Whoever_gives_up_waiting_leaves_no_trace()
    {
        Place("a", 60);
        Place("b", 60);
        using var running = await UseAsync("a");
        using var givingUp = new CancellationTokenSource();
        var waiting = _residents.UseAsync("b", givingUp.Token);

        await givingUp.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(waiting);
        _time.Advance(2 * _waitMax);
        using var still = await UseAsync("a");
        _loads.ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_name_moves_to_a_new_file_beside_the_old_one_which_ends_what_it_runs()
    {
        Place("chat", 40, file: "v1");
        var old = await UseAsync("chat");

        await _residents.MoveAsync("chat", "v2", new(40, 0), _cancel);

        using (var now = await UseAsync("chat"))
        {
            now.Model.File.ShouldBe("v2");
        }

        old.Model.IsDisposed.ShouldBeFalse();
        old.Dispose();
        await old.Model.Disposed.Task.WaitAsync(_cancel);
        _residents.Look().Single().Model.File.ShouldBe("v2");
    }

    [Fact]
    public async Task Where_memory_is_short_the_new_file_comes_after_the_old_one_and_takes_over_who_waits()
    {
        Place("chat", 60, file: "v1");
        var old = await UseAsync("chat");

        var move = _residents.MoveAsync("chat", "v2", new(60, 0), _cancel);
        var waiting = _residents.UseAsync("chat", _cancel);
        (move.IsCompleted, waiting.IsCompleted).ShouldBe((false, false));

        old.Dispose();
        await move;
        using var served = await waiting;
        served.Model.File.ShouldBe("v2");

        served.Dispose();
        await _residents.MoveAsync("chat", "v1", new(60, 0), _cancel);
        using var back = await UseAsync("chat");
        back.Model.File.ShouldBe("v1");
    }

    [Fact]
    public async Task A_move_to_a_file_that_cannot_be_loaded_changes_nothing()
    {
        Place("chat", 60, file: "v1");
        _broken["v2"] = new InferenceException("v2 is damaged.");
        (await UseAsync("chat")).Dispose();

        await Should.ThrowAsync<InferenceException>(_residents.MoveAsync("chat", "v2", new(60, 0), _cancel));

        using var use = await UseAsync("chat");
        use.Model.File.ShouldBe("v1");
    }

    [Fact]
    public async Task How_long_a_request_would_wait_follows_from_what_loading_took()
    {
        Place("a", 60);
        Place("b", 60);
        Eta("a").ShouldBeNull();
        _held["a"] = new();
        var loading = UseAsync("a");
        _time.Advance(TimeSpan.FromSeconds(4));
        _held["a"].SetResult();
        using var a = await loading;

        Eta("a").ShouldBe(TimeSpan.Zero);
        var model = _residents.Look().Single(entry => entry.Model.File == "a").Model;
        (model.LoadTime, model.Users).ShouldBe((TimeSpan.FromSeconds(4), 1));
    }

    [Fact]
    public async Task Before_its_first_load_a_model_is_expected_to_take_as_long_as_its_file_at_the_rate_of_the_last_one()
    {
        _residents.Place("a", "a", new(60, 0) { FileBytes = 1_000_000_000 });
        _residents.Place("b", "b", new(60, 0) { FileBytes = 3_000_000_000 });
        (Eta("a"), Eta("b")).ShouldBe((_waitMax + TimeSpan.FromSeconds(2), _waitMax + TimeSpan.FromSeconds(6))); // At 500 MB/s while nothing was loaded.

        _held["a"] = new();
        var loading = UseAsync("a");
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Eta("a").ShouldBe(TimeSpan.FromSeconds(1.5));
        _time.Advance(TimeSpan.FromSeconds(3.5));
        Eta("a").ShouldBe(TimeSpan.Zero);
        _held["a"].SetResult();
        using var a = await loading;

        Eta("b").ShouldBe(_waitMax + TimeSpan.FromSeconds(12)); // 1 GB took 4 s.
        _ = _residents.UseAsync("b", _cancel);
        _time.Advance(TimeSpan.FromSeconds(10));
        Eta("b").ShouldBe(TimeSpan.FromSeconds(20 + 12));
    }

    [Fact]
    public async Task Why_a_model_could_not_be_loaded_is_told_until_it_can()
    {
        Place("a", 60);
        _broken["a"] = new InferenceException("a is damaged.");
        await Should.ThrowAsync<InferenceException>(UseAsync("a"));
        _residents.Look().Single().Failure!.Message.ShouldBe("a is damaged.");

        _broken.Clear();
        _time.Advance(TimeSpan.FromSeconds(10));
        using var mended = await UseAsync("a");
        _residents.Look().Single().Failure.ShouldBeNull();
    }

    private TimeSpan? Eta(string name) => _residents.Look().Single(entry => entry.Names.Contains(name)).Eta;

    private void Place(string name, long bytes, string? file = null) => _residents.Place(name, file ?? name, new(bytes, 0));

    private Task<ModelUse<FakeModel>> UseAsync(string name) => _residents.UseAsync(name, _cancel);

    private async Task<FakeModel> LoadAsync(string file)
    {
        _loads.Enqueue(file);
        if (_held.TryGetValue(file, out var held))
        {
            await held.Task;
        }

        return _broken.TryGetValue(file, out var fault) ? throw fault : new FakeModel(file);
    }

    private sealed class FakeModel(string file) : IAsyncDisposable
    {
        public string File => file;

        public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsDisposed => Disposed.Task.IsCompleted;

        public ValueTask DisposeAsync()
        {
            Disposed.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }
}
