namespace Pipeline.Cli.Models.Comparing;

/// <summary>How the page looks.</summary>
internal static class ComparisonStyle
{
    public const string Css = """

        :root { color-scheme: light dark; --ground: #fff; --ink: #1b1f24; --soft: #59636e; --line: #d1d9e0; --bar: #9fb6d3; --best: #0f6cbd; }
        @media (prefers-color-scheme: dark) {
          :root { --ground: #14171b; --ink: #e6e9ed; --soft: #9aa4af; --line: #343b44; --bar: #47607f; --best: #62abf5; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        main { max-width: 1180px; margin: 0 auto; padding: 24px 20px 48px; }
        h1 { font-size: 24px; line-height: 1.2; margin: 0 0 8px; }
        h2 { font-size: 18px; margin: 32px 0 8px; }
        p { margin: 4px 0; }
        .note, small, dd { color: var(--soft); }
        small { font-weight: 400; font-size: 12px; }
        .wide { overflow-x: auto; margin: 20px 0 28px; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: 6px 16px 6px 0; border-bottom: 1px solid var(--line); text-align: right; vertical-align: bottom; white-space: nowrap; }
        thead th { overflow-wrap: anywhere; white-space: normal; min-width: 120px; }
        th:first-child { text-align: left; padding-right: 28px; }
        tbody th { font-weight: 600; line-height: 1.3; }
        td.best { font-weight: 700; color: var(--best); }
        .charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 28px 36px; }
        figure { margin: 0; }
        figcaption { color: var(--soft); font-size: 13px; margin-bottom: 8px; min-height: 40px; }
        figcaption strong { color: var(--ink); font-size: 14px; }
        svg { width: 100%; height: auto; display: block; font-size: 13px; }
        svg text { fill: var(--ink); font-variant-numeric: tabular-nums; }
        svg text.name { fill: var(--soft); font-size: 12px; }
        .bar { fill: var(--bar); }
        .bar.best { fill: var(--best); }
        dl { margin: 0; }
        dt { font-weight: 600; }
        dd { margin: 0 0 8px; overflow-wrap: anywhere; }
        @media print { figure { break-inside: avoid; } }
        """ + "\n";
}
