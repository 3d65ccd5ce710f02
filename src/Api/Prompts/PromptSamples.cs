using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.Api.Prompts;

/// <summary>An input of each kind that takes prompts: what a template is tried on, and what a preview shows unless it is given another.</summary>
internal static class PromptSamples
{
    private static readonly Dictionary<string, string> Inputs = new(StringComparer.Ordinal)
    {
        ["chat"] = """{"messages":[{"role":"user","content":"What is a mutex?"}],"prompt":"sample"}""",
        ["feedback"] = """{"question":"What is a mutex?","answer":"A lock that one thread holds at a time."}""",
        ["interview"] = """
            {"topic":"Threads","next_topic":"Memory","phase":"warm-up","next_phase":"depth","history":[{"question":"What is a thread?","answer":"A path of execution."}],
             "question":"What is a mutex?","answer":"A lock that one thread holds at a time."}
            """,
        ["report"] = """{"items":[{"question":"What is a mutex?","answer":"A lock that one thread holds at a time."}]}""",
    };

    public static IReadOnlyCollection<string> Kinds => Inputs.Keys;

    /// <summary>Null for a kind that takes no prompts.</summary>
    public static JsonElement? Find(string kind) => Inputs.TryGetValue(kind, out var input) ? JsonElement.Parse(input) : null;
}
