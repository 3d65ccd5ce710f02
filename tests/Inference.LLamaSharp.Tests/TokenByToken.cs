using Microsoft.Extensions.AI;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LLamaSharp.Tests;

/// <summary>Scores one label the slow and obvious way: one sequence, one batch, the rendered text tokenized as a whole.</summary>
internal static class TokenByToken
{
    public static double Score(ILanguageModel model, IDecoder decoder, IReadOnlyList<ChatMessage> messages, int[] label)
    {
        string text = model.ApplyChatTemplate([.. messages.Select(message => new TemplateMessage(message.Role.Value, message.Text))], addAssistantHeader: true);
        int[] prompt = model.Tokenize(text, parseControlTokens: true);
        int[] tokens = [.. prompt, .. label];
        DecodeBatch batch = new(tokens.Length);
        for (int i = 0; i < tokens.Length - 1; i++)
        {
            batch.Add(tokens[i], i, 0, wantsLogits: i >= prompt.Length - 1);
        }

        decoder.RemoveSequence(0, 0, int.MaxValue);
        decoder.Decode(batch, TestContext.Current.CancellationToken).ShouldBe(DecodeResult.Ok);
        double sum = 0;
        for (int i = 0; i < label.Length; i++)
        {
            ReadOnlySpan<float> logits = decoder.GetLogits(prompt.Length - 1 + i);
            double total = 0;
            foreach (float logit in logits)
            {
                total += Math.Exp(logit);
            }

            sum += logits[label[i]] - Math.Log(total);
        }

        return sum;
    }
}
