namespace Pipeline.Api.InterviewReports;

internal static class InterviewReportStyle
{
    /// <summary>For the screen and for A4; no item is torn over two pages.</summary>
    public const string Sheet = """

        @page { size: A4; margin: 18mm 16mm; }
        * { box-sizing: border-box; }
        body { margin: 2rem auto; padding: 0 1.5rem; max-width: 52rem; color: #1c2430; background: #fff; overflow-wrap: anywhere; word-break: keep-all;
          font: 16px/1.6 system-ui, "Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic", sans-serif; }
        header { display: flex; justify-content: space-between; align-items: flex-start; gap: 2rem; padding-bottom: 1rem; border-bottom: 2px solid #1c2430; }
        h1 { margin: 0; font-size: 1.9rem; line-height: 1.25; }
        h2 { margin: 1.8rem 0 .5rem; font-size: 1.1rem; }
        p { margin: .3rem 0; white-space: pre-line; }
        .date { color: #5a6575; }
        .total { flex: none; text-align: right; }
        .total b { font-size: 2.4rem; line-height: 1; }
        .total span { color: #5a6575; }
        .total small { display: block; color: #5a6575; }
        .note { margin: 1rem 0 0; padding: .6rem .9rem; border-left: 4px solid #b7791f; background: #fdf6e7; font-size: .9rem; }
        .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: 0 1.6rem; }
        ul, ol { margin: 0; padding-left: 1.2rem; }
        ol { padding: 0; list-style: none; counter-reset: item; }
        ol > li { padding: .9rem 0; border-top: 1px solid #d9dee6; break-inside: avoid; counter-increment: item; }
        h3 { display: flex; justify-content: space-between; gap: 1.5rem; margin: 0 0 .3rem; font-size: 1rem; }
        h3 span::before { content: counter(item) ". "; }
        h3 b { flex: none; }
        .bar { height: 4px; margin-bottom: .5rem; background: #e6eaf0; }
        .bar i { display: block; height: 100%; background: #2f6f4f; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0; }
        dt { color: #5a6575; }
        dd { margin: 0; white-space: pre-line; }
        footer { margin-top: 2rem; padding-top: .8rem; border-top: 1px solid #d9dee6; color: #5a6575; font-size: .85rem; }
        @media print { body { margin: 0; padding: 0; max-width: none; font-size: 11pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; } h2 { break-after: avoid; } }

        """;
}
