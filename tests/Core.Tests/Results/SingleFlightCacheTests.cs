using Pipeline.Core.Results;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Core.Tests.Results;

public sealed class SingleFlightCacheTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    private readonly List<TaskCompletionSource<int>> _asked = [];
    private readonly ManualTime _time = new();
    private readonly SingleFlightCache<string, int> _cache;

    public SingleFlightCacheTests() => _cache = new(Lifetime, _time, _ =>
    {
        _asked.Add(new());
        return _asked[^1].Task;
    });

    [Fact]
    public async Task Who_misses_together_asks_once()
    {
        var first = GetAsync("a");
        var second = GetAsync("a");
        _asked.Single().SetResult(1);

        (await Task.WhenAll(first, second, GetAsync("a"))).ShouldBe([1, 1, 1]);
        _asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Each_question_has_its_own_answer()
    {
        var (a, b) = (GetAsync("a"), GetAsync("b"));
        _asked[0].SetResult(1);
        _asked[1].SetResult(2);

        (await a, await b).ShouldBe((1, 2));
    }

    [Fact]
    public async Task What_is_old_is_asked_anew()
    {
        var old = GetAsync("a");
        _time.Advance(Lifetime);
        var young = GetAsync("a");
        _asked[1].SetResult(2);
        _asked[0].SetResult(1);

        (await old, await young, await GetAsync("a")).ShouldBe((1, 2, 2));
    }

    [Fact]
    public async Task A_failure_is_everybodys_and_is_not_remembered()
    {
        var (first, second) = (GetAsync("a"), GetAsync("a"));
        _asked[0].SetException(new TimeoutException());
        await Should.ThrowAsync<TimeoutException>(() => first);
        await Should.ThrowAsync<TimeoutException>(() => second);

        var third = GetAsync("a");
        _asked[1].SetResult(1);

        (await third).ShouldBe(1);
    }

    [Fact]
    public async Task Who_goes_takes_no_answer_from_those_who_stay()
    {
        using var gone = new CancellationTokenSource();
        var goes = _cache.GetAsync("a", gone.Token);
        var stays = GetAsync("a");
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => goes);

        _asked.Single().SetResult(1);

        (await stays).ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_from_before_a_change_is_not_remembered()
    {
        var before = GetAsync("a");
        _cache.Clear();
        _asked[0].SetResult(1);
        var after = GetAsync("a");
        _asked[1].SetResult(2);

        (await before, await after).ShouldBe((1, 2));
    }

    private Task<int> GetAsync(string key) => _cache.GetAsync(key, CancellationToken.None);
}
