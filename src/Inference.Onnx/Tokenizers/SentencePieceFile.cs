namespace Pipeline.Inference.Onnx.Tokenizers;

/// <summary>
/// Writes a SentencePiece model, which is a message of protocol buffers:
/// github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto
/// </summary>
internal static class SentencePieceFile
{
    private const int UnigramModel = 1;
    private const int Normal = 1;
    private const int Unknown = 2;
    private const int Control = 3;

    /// <param name="pieces">In the order of their numbers.</param>
    /// <param name="unknown">Number of the unknown token.</param>
    /// <param name="control">Numbers of tokens that no text has.</param>
    /// <param name="charsMap">SentencePiece's compiled normalization; empty for none.</param>
    public static byte[] Write(IReadOnlyList<UnigramPiece> pieces, int unknown, IReadOnlySet<int> control, ReadOnlySpan<byte> charsMap)
    {
        ProtoWriter model = new();
        for (int i = 0; i < pieces.Count; i++)
        {
            ProtoWriter piece = new();
            piece.Text(1, pieces[i].Text);
            piece.Float(2, pieces[i].Score);
            piece.Number(3, i == unknown ? Unknown : control.Contains(i) ? Control : Normal);
            model.Bytes(1, piece.Written);
        }

        model.Bytes(2, Trainer(pieces[unknown].Text, unknown));
        model.Bytes(3, Normalizer(charsMap));
        return model.Written.ToArray();
    }

    private static ReadOnlySpan<byte> Trainer(string unknownPiece, int unknown)
    {
        ProtoWriter trainer = new();
        trainer.Number(3, UnigramModel);
        // unk_id, bos_id, eos_id. What stands around a text is not SentencePiece's here, but the library wants numbers that exist.
        foreach (int field in (int[])[40, 41, 42])
        {
            trainer.Number(field, unknown);
            trainer.Text(field + 5, unknownPiece);
        }

        return trainer.Written;
    }

    private static ReadOnlySpan<byte> Normalizer(ReadOnlySpan<byte> charsMap)
    {
        ProtoWriter normalizer = new();
        normalizer.Bytes(2, charsMap);
        foreach (int field in (int[])[3, 4, 5]) // add_dummy_prefix, remove_extra_whitespaces, escape_whitespaces
        {
            normalizer.Number(field, 1);
        }

        return normalizer.Written;
    }
}
