using Pipeline.Bench.Jobs.Measures;

namespace Pipeline.Bench.Jobs.Screens;

/// <summary>People who open one screen after the other, while something is measured.</summary>
/// <param name="people">Each with what they may see.</param>
/// <param name="interval">From one screen of a person to the next.</param>
/// <param name="time">The clock.</param>
internal sealed class Crowd(IReadOnlyList<(Person Person, IReadOnlyList<Screen> Screens)> people, TimeSpan interval, TimeProvider time)
{
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
            await Task.Delay(interval * number / people.Count, time, cancellationToken);
            using PeriodicTimer next = new(interval, time);
            for (int i = number * screens.Count / people.Count; ; i++)
            {
                await person.OpenAsync(screens[i % screens.Count], cancellationToken);
                Interlocked.Increment(ref _clicks);
                await next.WaitForNextTickAsync(cancellationToken);
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
