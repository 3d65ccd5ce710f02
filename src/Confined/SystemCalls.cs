using System.Runtime.InteropServices;

namespace Pipeline.Confined;

/// <summary>Numbers of one architecture's system calls, as its kernel has them for good.</summary>
/// <param name="Architecture">AUDIT_ARCH of the kernel.</param>
/// <param name="Refused">socket, socketpair, connect, execve, execveat, ptrace, process_vm_readv, process_vm_writev, kill.</param>
internal sealed record SystemCalls(uint Architecture, nint Seccomp, IReadOnlyList<uint> Refused)
{
    private const ushort LoadWord = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort Return = 0x06;
    private const uint Allow = 0x7FFF0000;
    private const uint RefuseAsNotPermitted = 0x00050001;
    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;

    public static SystemCalls? Of(Architecture architecture) => architecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => new(0xC000003E, 317, [41, 53, 42, 59, 322, 101, 310, 311, 62]),
        System.Runtime.InteropServices.Architecture.Arm64 => new(0xC00000B7, 277, [198, 199, 203, 221, 281, 117, 270, 271, 129]),
        _ => null,
    };

    /// <summary>A program of the kernel's packet filter: a call of another architecture is refused, as are those named; all others pass.</summary>
    public Instruction[] Refusing()
    {
        // Jumps count what they leap over; the refusal is the last instruction.
        var refusal = Refused.Count + 4;
        List<Instruction> program =
        [
            new(LoadWord, 0, 0, ArchitectureOffset),
            new(JumpIfEqual, 0, (byte)(refusal - 2), Architecture),
            new(LoadWord, 0, 0, NumberOffset),
        ];
        program.AddRange(Refused.Select((number, place) => new Instruction(JumpIfEqual, (byte)(refusal - (place + 3) - 1), 0, number)));
        program.Add(new(Return, 0, 0, Allow));
        program.Add(new(Return, 0, 0, RefuseAsNotPermitted));
        return [.. program];
    }
}

/// <summary>sock_filter of the kernel.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);
