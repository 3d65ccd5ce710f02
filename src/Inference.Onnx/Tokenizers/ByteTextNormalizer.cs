using Microsoft.ML.Tokenizers;
using Pipeline.Contracts.Unicode;

namespace Pipeline.Inference.Onnx.Tokenizers;

/// <summary>Composes a text, and puts a space before its first word where the model was trained so.</summary>
internal sealed class ByteTextNormalizer(bool addsPrefixSpace) : Normalizer
{
    public override string Normalize(string original)
    {
        string text = ComposedForm.Of(original);
        return addsPrefixSpace && !char.IsWhiteSpace(text[0]) ? $" {text}" : text;
    }

    public override string Normalize(ReadOnlySpan<char> original) => Normalize(original.ToString());
}
