using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Bench.Measuring;

/// <summary>Every sample of a run, as a file that can be committed.</summary>
public static class RecordFile
{
    private static readonly JsonSerializerOptions _indented = new(JsonSerializerOptions.Default) { WriteIndented = true };

    /// <param name="record">The last line of the run, with its samples and surroundings; <c>bench</c> names the file.</param>
    public static async Task WriteAsync(string directory, JsonObject record, TimeProvider time, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        string path = Path.Combine(directory, $"{record["bench"]}-{time.GetUtcNow():yyyy-MM-dd-HHmm}.json");
        await File.WriteAllTextAsync(path, record.ToJsonString(_indented) + "\n", cancellationToken);
        await Console.Error.WriteLineAsync($"\nrecorded in {path}");
    }
}
