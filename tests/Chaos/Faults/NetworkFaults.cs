using Pipeline.Chaos.Rigs;

namespace Pipeline.Chaos.Faults;

/// <summary>Every connection to a server is reset at once.</summary>
internal sealed class CutConnections(string server, Func<Rig, TcpProxy> network) : IFault
{
    public string Name => $"cut {server}";

    public Task InjectAsync(Rig rig, Random random, CancellationToken cancellationToken)
    {
        network(rig).CutAll();
        return Task.CompletedTask;
    }
}

/// <summary>Every piece of data takes its time for some seconds.</summary>
internal sealed class DelayConnections(string server, Func<Rig, TcpProxy> network) : IFault
{
    public string Name => $"delay {server}";

    public async Task InjectAsync(Rig rig, Random random, CancellationToken cancellationToken)
    {
        network(rig).Delay = random.Between(0.02, 0.2);
        await Pause.ForAsync(random.Between(1, 4), cancellationToken);
        network(rig).Delay = TimeSpan.Zero;
    }
}

/// <summary>A server that nobody can reach: what is open is cut, what is new is reset.</summary>
internal sealed class RefuseConnections(string server, Func<Rig, TcpProxy> network) : IFault
{
    public string Name => $"refuse {server}";

    public async Task InjectAsync(Rig rig, Random random, CancellationToken cancellationToken)
    {
        network(rig).Refuses = true;
        network(rig).CutAll();
        await Pause.ForAsync(random.Between(1, 4), cancellationToken);
        network(rig).Refuses = false;
    }
}

/// <summary>
/// The server does what it is told and nobody hears of it, until the connections break: commits that succeeded look like
/// commits that failed, confirmed messages like lost ones.
/// </summary>
internal sealed class LoseAnswers(string server, Func<Rig, TcpProxy> network) : IFault
{
    public string Name => $"lose answers of {server}";

    public async Task InjectAsync(Rig rig, Random random, CancellationToken cancellationToken)
    {
        network(rig).LosesAnswers = true;
        await Pause.ForAsync(random.Between(0.2, 2), cancellationToken);
        network(rig).LosesAnswers = false;
        network(rig).CutAll();
    }
}
