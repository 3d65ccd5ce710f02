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

    /// <summary>Bytes the file must have for every tensor to be inside it, and the elements of all of them.</summary>
    public static (long End, long Elements) Read(BinaryReader reader, ulong tensors, long alignment)
    {
        long end = 0;
        Int128 parameters = 0;
        for (ulong i = 0; i < tensors; i++)
        {
            _ = GgufMetadata.ReadString(reader);
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
            Int128 bytes = _blocks.TryGetValue(type, out (long Elements, long Bytes) block) ? elements / block.Elements * block.Bytes : 1;
            if (offset < 0 || elements > long.MaxValue || offset + bytes > long.MaxValue)
            {
                throw new InvalidDataException($"a tensor of {elements} elements lies at {offset}");
            }

            end = Math.Max(end, (long)(offset + bytes));
            parameters += elements;
        }

        long position = reader.BaseStream.Position;
        long needed = tensors == 0 ? position : end > long.MaxValue - position - alignment ? long.MaxValue : ((position + alignment - 1) / alignment * alignment) + end;
        return (needed, (long)Int128.Min(parameters, long.MaxValue));
    }
}
