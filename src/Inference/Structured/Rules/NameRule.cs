using System.Text;

namespace Pipeline.Inference.Structured.Rules;

/// <summary>
/// A name in an object whose names are free: any text but those that the object has already. It hands over to its object by
/// itself, which has to learn the name.
/// </summary>
/// <remarks>Number is the digest of the characters so far, Names those that are taken.</remarks>
/// <param name="reserved">Names that the object has properties for.</param>
internal sealed class NameRule(IEnumerable<string> reserved) : Rule
{
    private const string Escapes = "bfnrt";
    private const string Escaped = "\b\f\n\r\t";

    private readonly HashSet<long> _reserved = [.. reserved.Select(name => Encoding.UTF8.GetBytes(name).Aggregate(0L, Digest))];

    public override JsonKinds Kinds => JsonKinds.String;

    public override int? RoomAt(Position at) => at.Phase == StringRule.Text ? int.MaxValue : null;

    public override void Step(Position at, Frame? rest, byte next, List<Cursor> to)
    {
        int phase = StringRule.Follow(at.Phase, next);
        if (phase == StringRule.Closed)
        {
            if (!_reserved.Contains(at.Number) && !NameSet.Has(at.Names, at.Number))
            {
                to.Add(new(rest!.Rule, rest.At with { Names = new(at.Number, at.Names) }, rest.Rest));
            }
        }
        else if (phase != StringRule.Start)
        {
            bool isText = at.Phase != StringRule.Start && phase != StringRule.Escape;
            to.Add(new(this, at with { Phase = phase, Number = isText ? Digest(at.Number, Decode(at.Phase, next)) : at.Number }, rest));
        }
    }

    public override bool Ends(Position at) => false;

    protected override int MeasureParts() => 0;

    /// <summary>Two names with one digest count as the same, which only forbids the second.</summary>
    private static long Digest(long digest, byte next) => unchecked((digest ^ (next + 1)) * 0x100000001B3 + 0x2545F4914F6CDD1D);

    private static byte Decode(int phase, byte next) =>
        phase == StringRule.Escape && Escapes.IndexOf((char)next) is >= 0 and int escape ? (byte)Escaped[escape] : next;
}
