namespace Pipeline.Bench.Models.Gguf;

/// <summary>A tensor to write. Columns come first, as in ggml.</summary>
/// <param name="Name">Name that llama.cpp looks for.</param>
/// <param name="Shape">Columns, then rows if there are any.</param>
/// <param name="Type">How it is stored.</param>
/// <param name="Deviation">Standard deviation of the random weights; null writes <paramref name="Constant"/>.</param>
/// <param name="Constant">Value of every element when they are not random.</param>
internal sealed record GgufTensor(string Name, int[] Shape, WeightType Type, double? Deviation, float Constant = 0)
{
    public long Elements => Shape.Aggregate(1L, (product, size) => product * size);

    public long Bytes => Elements / Type.BlockElements() * Type.BlockBytes();
}
