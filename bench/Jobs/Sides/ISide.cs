namespace Pipeline.Bench.Jobs.Sides;

/// <summary>One of the systems that are compared: its processes.</summary>
internal interface ISide : IAsyncDisposable
{
    /// <summary>What it consists of, for the record.</summary>
    string Version { get; }
}
