namespace Pipeline.Inference.Gguf;

/// <summary>Tensor table of the header.</summary>
internal static class GgufTensors
{
    /// <summary>Elements and bytes of a block of each ggml type that files use; from ggml's type traits.</summary>
    private static readonly Dictionary<uint, (long Elements, long Bytes)> _blocks = new()
    {
        [0] = (1, 4), // F32
        [1] = (1, 2), // F16
        [2] = (32, 18), // Q4_0
        [3] = (32, 20), // Q4_1
        [6] = (32, 22), // Q5_0
        [7] = (32, 24), // Q5_1
        [8] = (32, 34), // Q8_0
        [10] = (256, 84), // Q2_K
        [11] = (256, 110), // Q3_K
        [12] = (256, 144), // Q4_K
        [13] = (256, 176), // Q5_K
        [14] = (256, 210), // Q6_K
        [20] = (32, 18), // IQ4_NL
        [23] = (256, 136), // IQ4_XS
        [30] = (1, 2), // BF16
    };

    /// <summary>As many as ggml has; it ends the process at more.</summary>
    private const uint DimensionsMax = 4;

    private const string EmbeddingTable = "token_embd.weight";
    private const string OutputMatrix = "output.weight";
    private const string Experts = "_exps.";

    public static TensorTable Read(BinaryReader reader, ulong tensors, long alignment, double expertsUsed)
    {
        long end = 0;
        Int128 parameters = 0;
        (double read, long table, bool hasOutput, bool isKnown) = (0, 0, false, true);
        for (ulong i = 0; i < tensors; i++)
        {
            string name = GgufMetadata.ReadString(reader);
            uint dimensions = reader.ReadUInt32();
            if (dimensions > DimensionsMax)
            {
                throw new InvalidDataException($"a tensor has {dimensions} dimensions");
            }

            Int128 elements = 1;
            for (uint d = 0; d < dimensions; d++)
            {
                long length = reader.ReadInt64();
                elements *= length >= 0 ? Math.Max(1, length) : throw new InvalidDataException($"a tensor has the length {length}");
                elements = Int128.Min(elements, (Int128)long.MaxValue + 1); // So that the product stays one.
            }

            uint type = reader.ReadUInt32();
            long offset = reader.ReadInt64();
            // Types not in the table count as one byte: the check is then weaker, never wrong.
            bool hasSize = _blocks.TryGetValue(type, out (long Elements, long Bytes) block);
            Int128 bytes = hasSize ? elements / block.Elements * block.Bytes : 1;
            if (offset < 0 || elements > long.MaxValue || offset + bytes > long.MaxValue)
            {
                throw new InvalidDataException($"a tensor of {elements} elements lies at {offset}");
            }

            end = Math.Max(end, (long)(offset + bytes));
            parameters += elements;
            isKnown &= hasSize;
            read += (double)bytes * (name.Contains(Experts, StringComparison.Ordinal) ? expertsUsed : 1);
            table = name is EmbeddingTable ? (long)bytes : table;
            hasOutput |= name is OutputMatrix;
        }

        long position = reader.BaseStream.Position;
        long needed = tensors == 0 ? position : end > long.MaxValue - position - alignment ? long.MaxValue : ((position + alignment - 1) / alignment * alignment) + end;
        return new(needed, (long)Int128.Min(parameters, long.MaxValue), isKnown ? (long)(hasOutput ? read - table : read) : null);
    }
}

/// <param name="End">Bytes the file must have for every tensor to be inside it.</param>
/// <param name="Elements">Of all tensors.</param>
/// <param name="BytesPerToken">See <see cref="GgufFile.BytesPerToken"/>.</param>
internal readonly record struct TensorTable(long End, long Elements, long? BytesPerToken);
