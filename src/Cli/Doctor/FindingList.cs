using Pipeline.Cli.Display;
using Spectre.Console;

namespace Pipeline.Cli.Doctor;

/// <summary>Findings for people: a line each, the remedy below.</summary>
internal static class FindingList
{
    public static void Write(IAnsiConsole console, IEnumerable<Finding> findings)
    {
        foreach (var finding in findings)
        {
            console.Line($"{finding.Level.Word(),-5} {finding.What}");
            if (finding.Remedy is { } remedy)
            {
                console.Line($"      {remedy}");
            }
        }
    }
}
