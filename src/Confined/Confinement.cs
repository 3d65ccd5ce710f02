using System.Runtime.InteropServices;

namespace Pipeline.Confined;

/// <summary>
/// What the kernel holds a process to that <see cref="ConfinedProcess"/> started, before it reads a byte of a file: so much CPU, also
/// where whoever started it has died; no copy of its memory on disk; and no socket, other program or other process to reach, whatever a
/// file makes of a parser. Time is bounded by whoever started it, and managed memory by the runtime (GCHeapHardLimit). Elsewhere than on
/// Linux only these last two hold.
/// </summary>
public static partial class Confinement
{
    private const int LimitCpu = 0;
    private const int LimitData = 2;
    private const int LimitCore = 4;
    private const int SetNoNewPrivileges = 38;
    private const int ModeFilter = 1;
    private const int AllThreads = 1;

    /// <param name="cpuSecondsMax">Of all threads together.</param>
    /// <param name="dataBytesMax">Memory that native code allocates, mapped files not counted; null where only the runtime allocates.</param>
    public static void Apply(ulong cpuSecondsMax, ulong? dataBytesMax = null)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        Restrict(LimitCpu, cpuSecondsMax);
        Restrict(LimitCore, 0);
        if (dataBytesMax is { } data)
        {
            Restrict(LimitData, data);
        }

        if (SystemCalls.Of(RuntimeInformation.ProcessArchitecture) is { } calls && Control(SetNoNewPrivileges, 1, 0, 0, 0) is 0)
        {
            Filter(calls);
        }
    }

    private static void Restrict(int resource, ulong most)
    {
        Limit limit = new(most, most);
        _ = SetLimit(resource, in limit);
    }

    /// <summary>Old kernels and some sandboxes refuse it: then the other bounds hold.</summary>
    private static unsafe void Filter(SystemCalls calls)
    {
        Instruction[] program = calls.Refusing();
        fixed (Instruction* first = program)
        {
            Program all = new((ushort)program.Length, first);
            _ = Call(calls.Seccomp, ModeFilter, AllThreads, &all);
        }
    }

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetLimit(int resource, in Limit limit);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial nint Call(nint number, nint operation, nint flags, Program* program);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Limit(ulong Soft, ulong Hard);

    [StructLayout(LayoutKind.Sequential)]
    private readonly unsafe struct Program(ushort length, Instruction* first)
    {
        public readonly ushort Length = length;
        public readonly Instruction* First = first;
    }
}
