using Pipeline.Chaos.Rigs;

namespace Pipeline.Chaos.Faults;

/// <summary>An orderly restart.</summary>
/// <param name="server">postgres or rabbitmq.</param>
internal sealed class RestartServer(string server) : IFault
{
    public string Name => $"restart {server}";

    public Task InjectAsync(Rig rig, Random random, CancellationToken cancellationToken) =>
        rig.WithServersAsync(servers => servers.ControlAsync("restart", server), cancellationToken);
}

/// <summary>kill -9, and a start that has to recover.</summary>
internal sealed class CrashServer(string server) : IFault
{
    public string Name => $"crash {server}";

    public Task InjectAsync(Rig rig, Random random, CancellationToken cancellationToken) =>
        rig.WithServersAsync(servers => servers.CrashAsync(server), cancellationToken);
}
