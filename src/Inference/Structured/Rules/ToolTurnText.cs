using System.Text;

namespace Pipeline.Inference.Structured.Rules;

/// <summary>What stands around a call.</summary>
/// <param name="opening">What begins the first call.</param>
/// <param name="head">Between that and the function's name.</param>
/// <param name="middle">Between the name and the arguments.</param>
/// <param name="closing">What ends a call.</param>
/// <param name="separator">Between two calls.</param>
/// <param name="isAlone">Whether calls are the whole answer, without any text before them.</param>
internal sealed class ToolTurnText(string opening, string head, string middle, string closing, string separator, bool isAlone)
{
    /// <summary>Qwen, Hermes and their kin.</summary>
    public static ToolTurnText Tagged { get; } = new("<tool_call>", "\n{\"name\": \"", "\", \"arguments\": ", "}\n</tool_call>", "\n", isAlone: false);

    /// <summary>Llama 3.</summary>
    public static ToolTurnText Bare { get; } = new("{\"name\": \"", "", "\", \"parameters\": ", "}", "; ", isAlone: true);

    public byte[] Opening { get; } = Encoding.UTF8.GetBytes(opening);

    public byte[] Closing { get; } = Encoding.UTF8.GetBytes(closing);

    public byte[] Between { get; } = Encoding.UTF8.GetBytes(separator + opening);

    public bool IsAlone => isAlone;

    public string OpeningText => opening;

    public string MiddleText => middle;

    public string HeadText => head;

    public string HeadOf(string name) => $"{head}{name}{middle}";

    /// <summary>How much of the opening a text ends with, one byte later.</summary>
    /// <remarks>Openings begin with a byte that they have nowhere else.</remarks>
    public int Match(int matched, byte next) => Opening[matched] == next ? matched + 1 : Opening[0] == next ? 1 : 0;
}
