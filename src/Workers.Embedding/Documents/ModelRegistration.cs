using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Pipeline.Core.Documents;
using Pipeline.Core.Hosting;
using Pipeline.Inference;

namespace Pipeline.Workers.Embedding.Documents;

/// <summary>Tells the database which model embeds from now on, so that documents of another one are embedded anew.</summary>
internal sealed class ModelRegistration(
    IEmbeddingGenerator<string, Embedding<float>> generator, EmbeddingModelStore models, ServedModel served, TimeProvider time, ILogger<ModelRegistration> logger)
    : LoopService(time, logger)
{
    private const string Probe = "Which model is this?";

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        // A server tells its name and its dimensions only with an answer.
        var embedding = (await generator.GenerateAsync([Probe], null, stoppingToken))[0];
        var model = new EmbeddingModel(embedding.ModelId ?? "unknown", served.Version, embedding.Dimensions);
        served.Register(await models.ServeAsync(model, stoppingToken), model);
        RoundDone();
        await Task.Delay(Timeout.InfiniteTimeSpan, Time, stoppingToken);
    }

    protected override bool IsOutage(Exception exception) => base.IsOutage(exception) || exception is InferenceException;
}
