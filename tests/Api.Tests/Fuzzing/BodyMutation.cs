using System.Text;

namespace Pipeline.Api.Tests.Fuzzing;

/// <summary>
/// Changes JSON as text, because what a serializer cannot write (two keys that are the same, numbers out of range, halves of characters) is what
/// matters. The text stays JSON in most cases, so that the change reaches the rules behind the parser.
/// </summary>
internal static class BodyMutation
{
    public static byte[] Apply(string json, Random random)
    {
        var text = json;
        for (var changes = random.Next(0, 3); changes >= 0; changes--)
        {
            text = ChangeValue(text, random);
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        return random.Next(12) switch
        {
            0 => bytes[..random.Next(bytes.Length + 1)],
            1 => Flip(bytes, random),
            2 => [0xEF, 0xBB, 0xBF, .. bytes],
            3 => Encoding.Unicode.GetBytes(text),
            _ => bytes,
        };
    }

    /// <summary>Takes one value out, or puts another in its place, or one beside it.</summary>
    private static string ChangeValue(string json, Random random)
    {
        var spans = Values(json);
        if (spans.Count is 0)
        {
            return OddValues.Json[random.Next(OddValues.Json.Length)];
        }

        var (start, end, key) = spans[random.Next(spans.Count)];
        var odd = OddValues.Json[random.Next(OddValues.Json.Length)];
        return random.Next(6) switch
        {
            0 when key >= 0 => Remove(json, key, end),
            1 when key >= 0 => $"{json[..key]}{json[key..end]},{json[key..end]}{json[end..]}",
            2 when key >= 0 => $"{json[..key]}\"{(random.Next(2) is 0 ? "unknown" : "Text")}\":{odd},{json[key..]}",
            3 => $"{json[..start]}[{json[start..end]},{odd}]{json[end..]}",
            _ => $"{json[..start]}{odd}{json[end..]}",
        };
    }

    private static string Remove(string json, int start, int end)
    {
        var (before, after) = (json[..start].TrimEnd(), json[end..].TrimStart());
        return before.EndsWith(',') ? before[..^1] + after : before + (after.StartsWith(',') ? after[1..] : after);
    }

    private static byte[] Flip(byte[] bytes, Random random)
    {
        if (bytes.Length > 0)
        {
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        }

        return bytes;
    }

    /// <summary>Where values are, and where the name before each begins (-1: it has none). Of text that is no JSON, as far as it can be read.</summary>
    private static List<(int Start, int End, int Key)> Values(string json)
    {
        List<(int, int, int)> values = [];
        Stack<(int Start, int Key)> open = [];
        var key = -1;
        for (var at = 0; at < json.Length; at++)
        {
            switch (json[at])
            {
                case '{' or '[':
                    open.Push((at, key));
                    key = -1;
                    break;
                case '}' or ']' when open.TryPop(out var container):
                    values.Add((container.Start, at + 1, container.Key));
                    break;
                case ',':
                    key = -1;
                    break;
                case ':' or ' ' or '\n' or '\r' or '\t':
                    break;
                default:
                    var end = EndOf(json, at);
                    if (json[at] is '"' && json.AsSpan(end).TrimStart() is [':', ..])
                    {
                        key = at;
                    }
                    else
                    {
                        values.Add((at, end, key));
                    }

                    at = end - 1;
                    break;
            }
        }

        return values;
    }

    private static int EndOf(string json, int start)
    {
        var at = start + 1;
        if (json[start] is '"')
        {
            while (at < json.Length && json[at] is not '"')
            {
                at += json[at] is '\\' ? 2 : 1;
            }

            return Math.Min(json.Length, at + 1);
        }

        while (at < json.Length && json[at] is not (',' or '}' or ']' or ' ' or '\n'))
        {
            at++;
        }

        return at;
    }
}
