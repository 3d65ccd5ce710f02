using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Engine.Templates;

/// <summary>Another renderer of chat templates, in a process that answers line by line.</summary>
internal sealed class TemplatePeer(string name, Process process) : IDisposable
{
    public string Name => name;

    public static TemplatePeer Start(string name, string program, string directory, string script) => new(
        name,
        Process.Start(new ProcessStartInfo(program, [script]) { WorkingDirectory = directory, RedirectStandardInput = true, RedirectStandardOutput = true })!);

    public async Task<Rendering> RenderAsync(string template, JsonNode values, CancellationToken cancellationToken)
    {
        string request = new JsonObject { ["template"] = template, ["values"] = values.DeepClone() }.ToJsonString();
        await process.StandardInput.WriteLineAsync(request.AsMemory(), cancellationToken);
        await process.StandardInput.FlushAsync(cancellationToken);
        string line = await process.StandardOutput.ReadLineAsync(cancellationToken)
            ?? throw new BenchException($"{name} ended before it answered; its reason is above. Try its own command, see bench/peers/chat-templates/README.md.");
        using JsonDocument reply = JsonDocument.Parse(line);
        return reply.RootElement.TryGetProperty("text", out JsonElement text)
            ? new(text.GetString(), null)
            : new(null, reply.RootElement.GetProperty("error").GetString());
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        process.Dispose();
    }
}

/// <summary>What a renderer makes of a template: a text, or why it makes none.</summary>
internal readonly record struct Rendering(string? Text, string? Error)
{
    /// <summary>Refusals are alike, whatever their words.</summary>
    public bool Equals(Rendering other) => string.Equals(Text, other.Text, StringComparison.Ordinal);

    public override int GetHashCode() => Text?.GetHashCode(StringComparison.Ordinal) ?? 0;
}
