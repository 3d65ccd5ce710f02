using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Core.Dialogues;

namespace Pipeline.Api.Interviews;

/// <summary>
/// Where an interview stands. Nothing of it is stored: it follows from the turns, so it can not disagree with them, and no
/// worker has to know of sessions.
/// </summary>
internal sealed record InterviewProgress
{
    /// <summary>Exchanges with the model's judgement, oldest first.</summary>
    public required IReadOnlyList<JudgedExchange> Exchanges { get; init; }

    /// <summary>Where the next answer belongs; the number of phases when all are over.</summary>
    public required int Phase { get; init; }

    public required bool IsFinished { get; init; }

    /// <summary>What the candidate reads now; null before the first message is there.</summary>
    public string? Message { get; init; }

    public static InterviewProgress Of(InterviewSettings settings, IReadOnlyList<DialogueTurn> turns)
    {
        List<JudgedExchange> exchanges = [];
        int phase = 0, inPhase = 0;
        string? message = null;
        foreach (var turn in turns.TakeWhile(turn => turn.Result is not null))
        {
            var step = JsonSerializer.Deserialize(turn.Result!, StepInterview.ResultJson)!;
            if (message is not null)
            {
                exchanges.Add(new(settings.Phases[phase], message, turn.Said!, step.Evaluation));
                inPhase++;
                if (step.Action is InterviewActions.NextPhase || inPhase >= settings.QuestionsPerPhaseMax)
                {
                    (phase, inPhase) = (phase + 1, 0);
                }
            }

            message = step.Message;
            if (phase >= settings.Phases.Count || exchanges.Count >= settings.QuestionsMax)
            {
                return new() { Exchanges = exchanges, Phase = phase, IsFinished = true, Message = message };
            }
        }

        return new() { Exchanges = exchanges, Phase = phase, IsFinished = false, Message = message };
    }

    /// <summary>The job that answers <paramref name="answer"/>, or that opens the interview where it is null.</summary>
    public StepInterview Step(InterviewSettings settings, string? answer, int contextMessages) => new()
    {
        Topic = settings.Topic,
        Phase = settings.Phases[Math.Min(Phase, settings.Phases.Count - 1)],
        NextPhase = settings.Phases.ElementAtOrDefault(Phase + 1),
        History = [.. Exchanges.TakeLast(contextMessages).Select(exchange => new Exchange(exchange.Question, exchange.Answer))],
        Question = answer is null ? null : Message,
        Answer = answer,
        Language = settings.Language,
        Prompt = settings.Prompt,
    };
}

/// <param name="Phase">In which the question was asked.</param>
/// <param name="Evaluation">Of the answer.</param>
internal sealed record JudgedExchange(string Phase, string Question, string Answer, AnswerEvaluation? Evaluation);
