using System.Collections.Concurrent;
using Pipeline.Core.Subscriptions;

namespace Pipeline.Workers.Inference.Tests;

/// <summary>What a handler published for subscribers.</summary>
internal sealed class RecordedUpdates : IJobUpdates
{
    public ConcurrentQueue<string> Pieces { get; } = new();

    public ConcurrentQueue<double> Done { get; } = new();

    public void Write(string text) => Pieces.Enqueue(text);

    public void Report(double done) => Done.Enqueue(done);
}
