using System.Collections.Concurrent;
using Pipeline.Bench.Jobs.Sides;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Measures;

/// <summary>
/// How long clients wait for the first text while so many chat at a time, each sending its next message once it has the
/// whole answer. All sides get the same texts in the same round, none of them twice.
/// </summary>
/// <param name="chats">Clients at a time.</param>
/// <param name="turns">Messages of each client.</param>
/// <param name="tokens">Of each answer.</param>
internal sealed class FirstToken(string name, IChatSide side, int chats, int turns, int tokens, TimeProvider time) : IMeasure
{
    private const int WordsOfText = 32;
    private static readonly string[] _words = "the day was long and we came home late but everybody liked the food 오늘 정말 좋은 날씨 하지만 조금".Split(' ');
    private int _round;

    public string Name => name;

    public string Unit => "ms";

    public Task WarmUpAsync(CancellationToken cancellationToken) => MeasureAsync(cancellationToken);

    public async Task<Sample> MeasureAsync(CancellationToken cancellationToken)
    {
        BusyClock clock = new(time);
        int round = _round++;
        ConcurrentBag<double> waits = [];
        await Task.WhenAll(Enumerable.Range(0, chats).Select(async client =>
        {
            for (int turn = 0; turn < turns; turn++)
            {
                waits.Add(await side.ChatAsync(Text(round, client, turn), tokens, cancellationToken));
            }
        }));
        double[] milliseconds = [.. waits.Order()];
        return new(Median.Of(milliseconds), clock.Cores) { P99 = milliseconds[(int)(milliseconds.Length * 0.99)] };
    }

    private static string Text(int round, int client, int turn)
    {
        Random random = new((round * 10_000) + (client * 100) + turn);
        return $"{round}.{client}.{turn} " + string.Join(' ', Enumerable.Range(0, WordsOfText).Select(_ => _words[random.Next(_words.Length)]));
    }
}
