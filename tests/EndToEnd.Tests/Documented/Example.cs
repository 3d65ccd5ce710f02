using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.EndToEnd.Tests.Documented;

/// <summary>A command as a document shows it, and what the document says that it answers.</summary>
/// <param name="Place">File and line of the command, for people.</param>
/// <param name="Answer">Empty where the document shows none.</param>
internal sealed partial record Example(string Place, string Command, string Answer)
{
    private const string Prompt = "$ ";

    /// <summary>Every command with curl of a document, in order: behind <c>$</c>, or a block of bash whose answer is the next block of JSON.</summary>
    public static IReadOnlyList<Example> In(string document, string text)
    {
        List<Example> examples = [];
        foreach (Match block in Block().Matches(text))
        {
            var (language, content) = (block.Groups[1].Value, block.Groups[2].Value);
            var place = $"{document}:{text[..block.Index].Count(letter => letter is '\n') + 2}";
            if (language is "bash" && content.StartsWith("curl ", StringComparison.Ordinal))
            {
                examples.Add(new(place, content, ""));
            }
            else if (language is "json" && examples is [.., { Answer: "" } asked])
            {
                examples[^1] = asked with { Answer = content };
            }
            else if (language is "")
            {
                examples.AddRange(Session(place, content));
            }
        }

        return examples;
    }

    private static IEnumerable<Example> Session(string place, string content)
    {
        StringBuilder command = new(), answer = new();
        foreach (var line in content.Split('\n'))
        {
            var isNew = line.StartsWith(Prompt, StringComparison.Ordinal);
            if (isNew && command.Length > 0)
            {
                yield return new(place, command.ToString(), answer.ToString().Trim());
                command.Clear();
                answer.Clear();
            }

            if (isNew || (command.Length > 0 && answer.Length is 0 && GoesOn(command.ToString())))
            {
                command.Append(isNew ? line[Prompt.Length..] : "\n" + line);
            }
            else if (command.Length > 0)
            {
                answer.Append(line).Append('\n');
            }
        }

        if (command.Length > 0)
        {
            yield return new(place, command.ToString(), answer.ToString().Trim());
        }
    }

    private static bool GoesOn(string command) =>
        command.EndsWith('\\') || command.EndsWith('|') || command.Count(letter => letter is '\'') % 2 is 1;

    [GeneratedRegex(@"^```(\w*)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
