using Pipeline.Bench.Jobs.Measures;

namespace Pipeline.Bench.Jobs.Screens;

/// <summary>People who open a screen a second each, one after the other, while something is measured.</summary>
internal sealed class Crowd(IReadOnlyList<(Person Person, IReadOnlyList<Screen> Screens)> people, TimeProvider time)
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);
    private int _clicks;

    public int Clicks => _clicks;

    /// <summary>The measure, while they click.</summary>
    public async Task<Sample> BesideAsync(Func<CancellationToken, Task<Sample>> measure, CancellationToken cancellationToken)
    {
        using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task clicking = Task.WhenAll(people.Select((one, i) => ClickAsync(one.Person, one.Screens, i, ends.Token)));
        try
        {
            return await measure(cancellationToken);
        }
        finally
        {
            await ends.CancelAsync();
            await clicking;
        }
    }

    private async Task ClickAsync(Person person, IReadOnlyList<Screen> screens, int number, CancellationToken cancellationToken)
    {
        try
        {
            // Not all in the same moment, and each beginning elsewhere.
            await Task.Delay(_interval * number / people.Count, time, cancellationToken);
            using PeriodicTimer second = new(_interval, time);
            for (int i = number * screens.Count / people.Count; ; i++)
            {
                await person.OpenAsync(screens[i % screens.Count], cancellationToken);
                Interlocked.Increment(ref _clicks);
                await second.WaitForNextTickAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The measure is over.
        }
    }
}

/// <summary>A measure beside people who click.</summary>
internal sealed class Clicked(string name, IMeasure measure, Crowd crowd) : IMeasure
{
    public string Name => name;

    public string Unit => measure.Unit;

    public Task WarmUpAsync(CancellationToken cancellationToken) => Task.CompletedTask; // The other one did.

    public Task<Sample> MeasureAsync(CancellationToken cancellationToken) => crowd.BesideAsync(measure.MeasureAsync, cancellationToken);
}
