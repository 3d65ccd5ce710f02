using Pipeline.Bench.Jobs.Sides;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs;

/// <summary>The sides of a run. A peer that this machine lacks is left out, and what is said about it is null.</summary>
internal sealed class Field(TextWriter progress) : IAsyncDisposable
{
    private readonly List<ISide> _sides = [];

    public IEnumerable<string> Versions => _sides.Select(side => side.Version);

    public async Task<T> StartAsync<T>(Task<T> starting)
        where T : ISide
    {
        T side = await starting;
        _sides.Add(side);
        await progress.WriteLineAsync($"started: {side.Version}");
        return side;
    }

    /// <summary>Null if it cannot be started; says why and what to do.</summary>
    public async Task<T?> TryStartAsync<T>(string name, Task<T> starting)
        where T : class, ISide
    {
        try
        {
            return await StartAsync(starting);
        }
        catch (BenchException exception)
        {
            await progress.WriteLineAsync($"left out: {name}. {exception.Message}");
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ISide side in _sides)
        {
            await side.DisposeAsync();
        }
    }
}
