using System.ClientModel.Primitives;

namespace Pipeline.Inference.Remote.OpenAi;

/// <summary>Sends no Authorization header: servers of one's own often have no key, and the SDK takes no empty one.</summary>
internal sealed class KeylessPolicy : AuthenticationPolicy
{
    public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex) =>
        ProcessNext(message, pipeline, currentIndex);

    public override ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex) =>
        ProcessNextAsync(message, pipeline, currentIndex);
}
