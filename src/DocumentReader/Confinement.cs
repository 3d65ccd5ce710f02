using System.Runtime.InteropServices;

namespace Pipeline.DocumentReader;

/// <summary>
/// What the kernel holds this process to before it reads a byte: so much CPU, also where whoever started it has died; no copy of its
/// memory on disk; and no socket, other program or other process to reach, whatever a file makes of a parser. Memory is bounded by the
/// runtime (GCHeapHardLimit), time by whoever started it. Elsewhere than on Linux only these last two hold.
/// </summary>
internal static partial class Confinement
{
    private const int LimitCpu = 0;
    private const int LimitCore = 4;
    private const int SetNoNewPrivileges = 38;
    private const int ModeFilter = 1;
    private const int AllThreads = 1;

    public static void Apply(ulong cpuSecondsMax)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        Limit cpu = new(cpuSecondsMax, cpuSecondsMax);
        Limit none = new(0, 0);
        _ = SetLimit(LimitCpu, in cpu);
        _ = SetLimit(LimitCore, in none);
        if (SystemCalls.Of(RuntimeInformation.ProcessArchitecture) is { } calls && Control(SetNoNewPrivileges, 1, 0, 0, 0) is 0)
        {
            Filter(calls);
        }
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
