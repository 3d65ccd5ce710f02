using System.Globalization;

namespace Pipeline.Bench.RabbitMq;

/// <summary>A message: a job that does nothing.</summary>
public sealed record NoOp(long Id, string Kind, string Data)
{
    private static readonly string _text = new('x', 240);

    public static NoOp New(long id) => new(id, "no-op", _text);

    public string Run() => string.Create(CultureInfo.InvariantCulture, $$"""{"ok":true,"length":{{Data.Length}}}""");
}
