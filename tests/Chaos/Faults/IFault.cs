using Pipeline.Chaos.Rigs;

namespace Pipeline.Chaos.Faults;

/// <summary>Something that goes wrong, and is put right again before <see cref="InjectAsync"/> returns.</summary>
internal interface IFault
{
    string Name { get; }

    /// <param name="random">Whom it hits, and for how long.</param>
    Task InjectAsync(Rig rig, Random random, CancellationToken cancellationToken);
}
