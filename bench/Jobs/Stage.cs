namespace Pipeline.Bench.Jobs;

/// <summary>Where the sides run.</summary>
/// <param name="Root">The checkout, built.</param>
/// <param name="Scratch">A directory for logs and Redis.</param>
/// <param name="Python">The interpreter that has the packages of the Python peer.</param>
internal sealed record Stage(string Root, string Scratch, string Python, Servers Servers, TimeProvider Time)
{
    /// <summary>Characters of the text that every job carries.</summary>
    public const int TextLength = 240;

    public static string Text { get; } = new('x', TextLength);

    public string Peer(string name) => Path.Combine(Root, "bench", "peers", name);

    /// <summary>The program of a project, as `dotnet build --configuration Release` leaves it.</summary>
    public string Program(string project, string assembly) => Path.Combine(Root, project, "bin", "Release", "net10.0", $"Pipeline.{assembly}.dll");
}
