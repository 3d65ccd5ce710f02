using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Pipeline.Inference.Models;
using Pipeline.Inference.Onnx.Files;

namespace Pipeline.Inference.Onnx.Passes;

/// <summary>What a graph takes and gives.</summary>
/// <param name="Inputs">Names, of <see cref="InputIds"/> and its companions.</param>
/// <param name="Output">The one that is read.</param>
/// <param name="Pooling">How its tokens become one vector; null where the graph has done that.</param>
/// <param name="Dimensions">Length of a vector.</param>
internal sealed record EncoderGraph(IReadOnlyList<string> Inputs, string Output, Pooling? Pooling, int Dimensions)
{
    public const string InputIds = "input_ids";
    public const string AttentionMask = "attention_mask";
    public const string TokenTypes = "token_type_ids";
    public const string Positions = "position_ids";

    private const string PooledOutput = "sentence_embedding";
    private static readonly string[] _tokenOutputs = ["last_hidden_state", "token_embeddings"];

    /// <exception cref="ModelLoadException">It is not the graph of a text encoder, or does not say how it pools.</exception>
    public static EncoderGraph Read(InferenceSession session, OnnxModelFiles files, ModelDescription description)
    {
        CheckInputs(session.InputMetadata, files.Graph);
        string? pooled = FindOutput(session, rank: 2, [PooledOutput]);
        if (pooled is null && description.Head is { } head)
        {
            throw new ModelLoadException(
                $"modules.json of {files.Root} has a module {head} behind the pooling, which {files.Graph} does not hold.",
                $"Export the model with its whole pipeline, so that it has an output {PooledOutput}.");
        }

        string output = pooled ?? FindOutput(session, rank: 3, _tokenOutputs) ?? throw new ModelLoadException(
            $"{files.Graph} gives no vectors of tokens as 32-bit floats; its outputs are {Names(session.OutputMetadata)}.",
            "Take the export of an encoder (feature extraction) in fp32 or int8.");
        Pooling? pooling = pooled is not null ? null : description.Pooling ?? throw new ModelLoadException(
            $"The model {files.Root} does not say how it pools its tokens to one vector.",
            "Put its 1_Pooling/config.json there, or take an embedding model.");
        int dimensions = session.OutputMetadata[output].Dimensions[^1] is > 0 and var known ? known : description.HiddenSize;
        return new([.. session.InputMetadata.Keys], output, pooling, dimensions);
    }

    private static void CheckInputs(IReadOnlyDictionary<string, NodeMetadata> inputs, string graph)
    {
        string[] strange = [.. inputs.Keys.Where(name => name is not (InputIds or AttentionMask or TokenTypes or Positions))];
        if (strange is not [] || !inputs.ContainsKey(InputIds))
        {
            throw new ModelLoadException(
                strange is [] ? $"{graph} has no input {InputIds}; it has {Names(inputs)}." : $"{graph} has inputs that no text encoder has: {string.Join(", ", strange)}.",
                "Take the export of an encoder (feature extraction).");
        }

        foreach ((string name, NodeMetadata input) in inputs)
        {
            if (input.ElementDataType is not TensorElementType.Int64 || input.Dimensions.Length != 2)
            {
                throw new ModelLoadException(
                    $"The input {name} of {graph} is {input.ElementDataType} of rank {input.Dimensions.Length}; Int64 of rank 2 is supported.", "Export the model again.");
            }
        }
    }

    /// <summary>Those names first, in their order, then any of that rank; of one token's rank only a name tells what it is.</summary>
    private static string? FindOutput(InferenceSession session, int rank, string[] names)
    {
        string[] fitting =
        [
            .. session.OutputMetadata
                .Where(output => output.Value.IsTensor && output.Value.ElementDataType is TensorElementType.Float && output.Value.Dimensions.Length == rank)
                .Select(output => output.Key),
        ];
        return names.FirstOrDefault(fitting.Contains) ?? (rank == 3 ? fitting.FirstOrDefault() : null);
    }

    private static string Names(IReadOnlyDictionary<string, NodeMetadata> nodes) =>
        string.Join(", ", nodes.Select(node => $"{node.Key} ({node.Value.ElementDataType}, rank {node.Value.Dimensions.Length})"));
}
