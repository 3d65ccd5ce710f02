using Microsoft.Extensions.AI;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.Structured;

internal sealed class JsonConstraints(ILanguageModel model)
{
    public ITokenConstraint? For(ChatResponseFormatJson? format) => format is null ? null : throw new InferenceException(model.Info.Name);
}
