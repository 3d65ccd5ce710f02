using System.Globalization;
using System.Reflection;

namespace Pipeline.Bench.RabbitMq;

/// <summary>What a producer is told over stdin: a command, the first id, how many jobs.</summary>
internal static class Conversation
{
    /// <param name="version">The first line out.</param>
    /// <param name="answer">Does one command and returns the line that answers it.</param>
    public static async Task RunAsync(string version, Func<string, long, int, Task<string>> answer)
    {
        await Console.Out.WriteLineAsync(version);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            string[] words = line.Split(' ');
            await Console.Out.WriteLineAsync(
                await answer(words[0], long.Parse(words[1], CultureInfo.InvariantCulture), int.Parse(words[2], CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>A worker says that it consumes, and ends when it is killed.</summary>
    public static async Task WorkAsync()
    {
        await Console.Out.WriteLineAsync("ready");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
    }

    /// <param name="type">Any of the package.</param>
    public static string Version(string package, Type type) =>
        $"{package} {type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}";
}
