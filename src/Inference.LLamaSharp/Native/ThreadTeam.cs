using System.Runtime.InteropServices;

namespace Pipeline.Inference.LLamaSharp.Native;

/// <summary>
/// The threads that compute a pass beside the one that began it. libgomp keeps a team for every thread that ever began one, asleep but
/// counted: once the teams of a process together have more threads than the machine has cores, members wait for each other by sleeping
/// instead of spinning, some hundred times a pass, and decoding is half as fast. So whoever has nothing to do keeps no team.
/// </summary>
internal static unsafe class ThreadTeam
{
    private const int Soft = 1;

    // omp_pause_resource_all of OpenMP 5. Null where ggml was built with another OpenMP, or without.
    private static readonly delegate* unmanaged<int, int> _pause = Find();

    /// <summary>Ends the team of the calling thread; its next pass forms one anew, in some 50 µs.</summary>
    public static void End()
    {
        if (_pause is not null)
        {
            _pause(Soft);
        }
    }

    private static delegate* unmanaged<int, int> Find() =>
        OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad("libgomp.so.1", out nint library) // ggml has loaded it already.
        && NativeLibrary.TryGetExport(library, "omp_pause_resource_all", out nint function)
            ? (delegate* unmanaged<int, int>)function
            : null;
}
