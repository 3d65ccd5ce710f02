using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.Prompts;

namespace Pipeline.Inference.Measuring;

/// <summary>How far a model is from another one with the same vocabulary, over the positions of texts that both read.</summary>
public sealed record Divergence
{
    private const int WindowTokens = 512;
    private const int PassTokens = 64;

    /// <summary>Mean Kullback-Leibler divergence from the first model's next-token distribution to the other's, in nats. 0 where they are the same.</summary>
    public required double Mean { get; init; }

    /// <summary>Share of the positions at which both find the same token most probable.</summary>
    public required double SameBest { get; init; }

    /// <summary>Positions that were compared.</summary>
    public required int Positions { get; init; }

    /// <summary>A conversation as the model is asked, and the answer behind it.</summary>
    /// <returns>Tokens of the model's vocabulary.</returns>
    public static int[] Tokens(MeasuredModel model, IReadOnlyList<ChatMessage> messages, string answer, CancellationToken cancellationToken)
    {
        int[] end = answer is "" ? [] : model.Model.Tokenize(answer, parseControlTokens: false);
        try
        {
            return [.. new ChatTokenizer(model.Model).Tokenize(messages, answers: [], tools: null, thinking: false, cancellationToken).Tokens, .. end];
        }
        catch (InferenceException)
        {
            // Without a template, or one that does not take these turns, the texts count all the same.
            return [.. model.Model.TokenizeInput(string.Join('\n', messages.Select(message => message.Text))), .. end];
        }
    }

    /// <summary>Whether tokens of the one mean the same to the other.</summary>
    public static bool SharesVocabulary(MeasuredModel first, MeasuredModel other) =>
        first.Info.VocabularySize == other.Info.VocabularySize
        && Enumerable.Range(0, first.Info.VocabularySize).All(token => first.Model.GetTokenBytes(token).AsSpan().SequenceEqual(other.Model.GetTokenBytes(token)))
        && first.Model.ControlTokens.Select(token => (token.Id, token.Text)).SequenceEqual(other.Model.ControlTokens.Select(token => (token.Id, token.Text)));

    /// <summary>Has both read the texts; blocks for as long as that takes.</summary>
    /// <param name="texts">As tokens. A long one is read in windows that know nothing of each other.</param>
    /// <param name="positionsMax">Reads no further.</param>
    /// <returns>Null where no text has a token.</returns>
    /// <exception cref="ArgumentException">Their vocabularies differ.</exception>
    public static Divergence? Measure(MeasuredModel first, MeasuredModel other, IEnumerable<int[]> texts, int positionsMax, CancellationToken cancellationToken)
    {
        if (!SharesVocabulary(first, other))
        {
            throw new ArgumentException($"{first.Info.Name} and {other.Info.Name} have other vocabularies, so their distributions cannot be compared.", nameof(other));
        }

        int window = Math.Min(WindowTokens, Math.Min(first.Info.ContextTokensTrained, other.Info.ContextTokensTrained));
        using IDecoder one = first.CreateDecoder(window, sequences: 1, outputs: PassTokens);
        using IDecoder two = other.CreateDecoder(window, sequences: 1, outputs: PassTokens);
        double[] reference = new double[first.Info.VocabularySize];
        double[] scores = new double[first.Info.VocabularySize];
        (double sum, int same, int positions) = (0, 0, 0);
        foreach (int[] piece in texts.SelectMany(text => text.Chunk(window)))
        {
            one.RemoveSequence(0, 0, int.MaxValue);
            two.RemoveSequence(0, 0, int.MaxValue);
            for (int start = 0; start < piece.Length && positions < positionsMax; start += PassTokens)
            {
                DecodeBatch batch = new(PassTokens);
                for (int i = start; i < Math.Min(piece.Length, start + PassTokens); i++)
                {
                    batch.Add(piece[i], i, sequence: 0, wantsLogits: true);
                }

                MeasuredModel.Pass(one, batch, cancellationToken);
                MeasuredModel.Pass(two, batch, cancellationToken);
                for (int i = 0; i < batch.Count && positions < positionsMax; i++, positions++)
                {
                    ReadOnlySpan<float> expected = one.GetLogits(i), found = two.GetLogits(i);
                    same += TensorPrimitives.IndexOfMax(expected) == TensorPrimitives.IndexOfMax(found) ? 1 : 0;
                    sum += Of(LogProbabilities(expected, reference), LogProbabilities(found, scores));
                }
            }
        }

        return positions is 0 ? null : new() { Mean = sum / positions, SameBest = (double)same / positions, Positions = positions };
    }

    private static double Of(ReadOnlySpan<double> first, ReadOnlySpan<double> other)
    {
        double sum = 0;
        for (int token = 0; token < first.Length; token++)
        {
            double probability = Math.Exp(first[token]);
            sum += probability > 0 ? probability * (first[token] - other[token]) : 0; // Tokens that are ruled out have no logarithm.
        }

        return Math.Max(0, sum); // Below zero only by rounding.
    }

    private static double[] LogProbabilities(ReadOnlySpan<float> logits, double[] result)
    {
        double max = TensorPrimitives.Max(logits);
        double sum = 0;
        foreach (float logit in logits)
        {
            sum += Math.Exp(logit - max);
        }

        double norm = max + Math.Log(sum);
        if (!double.IsFinite(norm))
        {
            throw InferenceException.LogitsAreNoNumbers();
        }

        for (int token = 0; token < logits.Length; token++)
        {
            result[token] = logits[token] - norm;
        }

        return result;
    }
}
