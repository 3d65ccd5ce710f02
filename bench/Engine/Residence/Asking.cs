using System.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Inference;
using Pipeline.Inference.LLamaSharp;

namespace Pipeline.Bench.Engine.Residence;

/// <summary>Jobs as a worker does them, many at a time: a short prompt of its own, and some tokens of an answer.</summary>
internal static class Asking
{
    private const int Tokens = 16;

    public static LocalModels Engine(int threads, int? mebibytes, TimeSpan waitMax) =>
        Engine(new() { Threads = threads, ContextTokens = 8_192, ModelsMiBMax = mebibytes, ModelWaitMax = waitMax });

    public static LocalModels Engine(InferenceOptions options)
    {
        LLamaSharpModelLoader loader = new(Options.Create(options), TimeProvider.System, NullLoggerFactory.Instance);
        return new(loader, Options.Create(options), new(), TimeProvider.System, NullLogger<LocalModels>.Instance);
    }

    public static async Task<Answered> AskAsync(LocalModels models, string name, int number, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan? first = null;
        string? model = null;
        ChatOptions options = new() { ModelId = name, MaxOutputTokens = Tokens, Seed = number };
        await foreach (ChatResponseUpdate update in models.GetStreamingResponseAsync([new(ChatRole.User, $"Job {number}: what is the meaning of {number * 7}?")], options, cancellationToken))
        {
            first ??= Stopwatch.GetElapsedTime(start);
            model = update.ModelId ?? model;
        }

        TimeSpan all = Stopwatch.GetElapsedTime(start);
        return new(name, model ?? name, first ?? all, all);
    }

    /// <summary>All of them in their order.</summary>
    /// <param name="atOnce">As many as a queue has slots.</param>
    public static async Task<(TimeSpan Took, IReadOnlyList<Answered> Answers)> AllAsync(
        LocalModels models, IReadOnlyList<string> names, int atOnce, CancellationToken cancellationToken)
    {
        Answered[] answers = new Answered[names.Count];
        long start = Stopwatch.GetTimestamp();
        using SemaphoreSlim slots = new(atOnce);
        List<Task> asked = [];
        for (int i = 0; i < names.Count; i++)
        {
            await slots.WaitAsync(cancellationToken);
            asked.Add(OneAsync(i));
        }

        await Task.WhenAll(asked);
        return (Stopwatch.GetElapsedTime(start), answers);

        async Task OneAsync(int i)
        {
            answers[i] = await AskAsync(models, names[i], i, cancellationToken);
            slots.Release();
        }
    }
}

/// <param name="Wanted">The name that was asked for.</param>
/// <param name="Model">What the model calls itself.</param>
/// <param name="First">Until its first text.</param>
/// <param name="All">Until its end.</param>
internal sealed record Answered(string Wanted, string Model, TimeSpan First, TimeSpan All);
