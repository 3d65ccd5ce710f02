using Pipeline.Chaos.Rigs;

namespace Pipeline.Chaos.Faults;

/// <summary>kill -9 of a worker: its jobs run elsewhere once its lease is over.</summary>
internal sealed class KillWorker : IFault
{
    public string Name => "kill worker";

    public Task InjectAsync(Rig rig, Random random, CancellationToken cancellationToken) => random.Of(rig.Workers).KillAsync();
}

/// <summary>kill -9 of an API process: its clients get no answer and send again.</summary>
internal sealed class KillApi : IFault
{
    public string Name => "kill api";

    public Task InjectAsync(Rig rig, Random random, CancellationToken cancellationToken) => random.Of(rig.Apis).KillAsync();
}

/// <summary>A worker that hangs until its jobs were given to others, and then writes its results all the same.</summary>
internal sealed class FreezeWorker : IFault
{
    public string Name => "freeze worker";

    public Task InjectAsync(Rig rig, Random random, CancellationToken cancellationToken) =>
        random.Of(rig.Workers).FreezeAsync(Rig.Lease + random.Between(1, 3), cancellationToken);
}

/// <summary>Messages that a worker held come back to the queue behind those that were sent later.</summary>
internal sealed class ReorderMessages : IFault
{
    public string Name => "reorder messages";

    public Task InjectAsync(Rig rig, Random random, CancellationToken cancellationToken) =>
        random.Of(rig.Workers).FreezeAndKillAsync(random.Between(0.5, 2), cancellationToken);
}
