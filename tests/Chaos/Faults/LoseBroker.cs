using Pipeline.Chaos.Rigs;

namespace Pipeline.Chaos.Faults;

/// <summary>The broker's data directory is deleted. Nobody does anything about it: the pipeline has to notice.</summary>
internal sealed class LoseBroker : IFault
{
    public string Name => "lose broker data";

    public Task InjectAsync(Rig rig, Random random, CancellationToken cancellationToken) =>
        rig.WithServersAsync(servers => servers.LoseBrokerDataAsync(), cancellationToken);
}
