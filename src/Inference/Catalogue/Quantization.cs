namespace Pipeline.Inference.Catalogue;

/// <summary>
/// How llama.cpp's quantiser stores a model under one name, as bits a weight. The mixed ones keep some matrices finer than others, and
/// fall back to other types where a row is no multiple of 256.
/// </summary>
/// <param name="Name">Such as "Q4_K_M".</param>
/// <param name="Body">Bits a weight of all layers, on average over their mix.</param>
/// <param name="Table">Of an embedding table beside an output matrix.</param>
/// <param name="Output">Of the output matrix, or of a table that is both.</param>
public sealed record Quantization(string Name, double Body, double Table, double Output)
{
    private const int SuperBlock = 256;

    // Averages over the layers follow from the sizes of published files; the others are ggml's types.
    private static readonly (Quantization Whole, Quantization Fallback)[] _known =
    [
        (new("Q4_K_M", 4.82, 4.5, 6.5625), new("Q4_K_M", 5.65, 5.5, 8.5)),
        (new("Q5_K_M", 5.67, 5.5, 6.5625), new("Q5_K_M", 6.3, 6.0, 8.5)),
        (new("Q8_0", 8.5, 8.5, 8.5), new("Q8_0", 8.5, 8.5, 8.5)),
        (new("F16", 16, 16, 16), new("F16", 16, 16, 16)),
    ];

    /// <summary>Names, small to large.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. _known.Select(known => known.Whole.Name)];

    /// <summary>Bytes of the file.</summary>
    public static long FileBytes(CatalogueModel model, string quantization) =>
        Bytes(model, Of(model, quantization), model.Parameters, withTable: true);

    /// <summary>Bytes that one token reads: of an embedding table beside an output matrix only a row.</summary>
    public static long BytesPerToken(CatalogueModel model, string quantization) =>
        Bytes(model, Of(model, quantization), model.ActiveParameters ?? model.Parameters, withTable: false);

    private static Quantization Of(CatalogueModel model, string name)
    {
        var (whole, fallback) = _known.Single(known => known.Whole.Name == name);
        return model.EmbeddingSize % SuperBlock is 0 ? whole : fallback;
    }

    private static long Bytes(CatalogueModel model, Quantization bits, long parameters, bool withTable)
    {
        double table = model.EmbeddingElements;
        double body = parameters - (model.SharesEmbeddings ? table : 2 * table);
        return (long)(((body * bits.Body) + (table * bits.Output) + (model.SharesEmbeddings || !withTable ? 0 : table * bits.Table)) / 8);
    }
}
