using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pipeline.Bench.Engine.Measures;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Engine.Peers;

/// <summary>node-llama-cpp in a process that lives through all rounds and waits while we measure.</summary>
internal sealed class NodePeer : IDisposable
{
    private readonly Process _process;

    private NodePeer(Process process) => _process = process;

    /// <summary>Versions of the peer and its runtime.</summary>
    public string Version { get; private set; } = "";

    public static async Task<NodePeer> StartAsync(string directory, string modelPath, int threads, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new("node", ["bench.mjs", Path.GetFullPath(modelPath), threads.ToString(CultureInfo.InvariantCulture)])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        NodePeer peer = new(Process.Start(start)!);
        try
        {
            PeerReply ready = await peer.ReadAsync(cancellationToken);
            peer.Version = $"node-llama-cpp {ready.Version}, node {ready.Node}";
            return peer;
        }
        catch
        {
            peer.Dispose();
            throw;
        }
    }

    public async Task<PeerReply> AskAsync(PeerRequest request, CancellationToken cancellationToken)
    {
        string line = JsonSerializer.Serialize(request, PeerJson.Default.PeerRequest);
        await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        return await ReadAsync(cancellationToken);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private async Task<PeerReply> ReadAsync(CancellationToken cancellationToken)
    {
        string line = await _process.StandardOutput.ReadLineAsync(cancellationToken)
            ?? throw new BenchException("node-llama-cpp ended before it answered; its reason is above. Try its own command, see bench/peers/node-llama-cpp/README.md.");
        PeerReply reply = JsonSerializer.Deserialize(line, PeerJson.Default.PeerReply)!;
        return reply.Error is null ? reply : throw new BenchException($"node-llama-cpp failed: {reply.Error}. Try a model that it supports.");
    }
}

/// <summary>One question to the peer.</summary>
internal sealed class PeerMeasure(NodePeer peer, string name, PeerRequest request) : IMeasure
{
    public string Name => $"node.{name}";

    public string Unit => request.Measure == "json" ? "texts/s" : "tokens/s";

    public async Task<Sample> MeasureAsync(CancellationToken cancellationToken)
    {
        PeerReply reply = await peer.AskAsync(request, cancellationToken);
        // An answer that ended early counts for less, as if another had begun.
        double count = request.Measure == "json" ? reply.Tokens / Sizes.AnswerTokens : reply.Tokens;
        return new(count, reply.Seconds, reply.CpuSeconds);
    }
}
