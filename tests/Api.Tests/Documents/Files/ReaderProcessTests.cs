using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Api.Documents.Files;
using Pipeline.Core.Documents;
using Pipeline.Api.Tests.Hosting;
using Pipeline.DocumentReader;

namespace Pipeline.Api.Tests.Documents.Files;

/// <summary>Alone, as it counts the processes of this one.</summary>
[Collection(nameof(MemoryCollection))]
public sealed class ReaderProcessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pdf_is_its_pages_with_the_lines_of_a_paragraph_joined()
    {
        var reading = await ReadAsync(MadePdf.Of("Returns", "Goods can be returned\nwithin 30 days.", "The second page."));

        (reading.End, reading.Format, reading.Title).ShouldBe((ReadingEnd.Text, "pdf", "Returns"));
        reading.Text.ShouldBe("Goods can be returned within 30 days.\nThe second page.");
    }

    [Fact]
    public async Task Korean_words_are_what_the_table_of_their_font_says() =>
        (await ReadAsync(MadePdf.OfCodes("반품은 삼십 일 안에 됩니다."))).Text.ShouldBe("반품은 삼십 일 안에 됩니다.");

    [Fact]
    public async Task A_word_document_has_headings_items_and_rows_with_their_columns()
    {
        var reading = await ReadAsync(MadeOffice.Word(
            "배송 안내",
            MadeOffice.Heading("배송"),
            MadeOffice.Words("이틀 안에 ", "도착합니다."),
            MadeOffice.Hidden("secret"),
            MadeOffice.Item("서울"),
            MadeOffice.Table(["품목", "가격"], ["책", "9,000원"], ["펜", ""])));

        (reading.End, reading.Format, reading.Title).ShouldBe((ReadingEnd.Text, "docx", "배송 안내"));
        reading.Text.ShouldBe("## 배송\n이틀 안에 도착합니다.\n- 서울\n품목 | 가격\n품목: 책 | 가격: 9,000원\n품목: 펜");
    }

    [Fact]
    public async Task A_presentation_is_its_slides_but_the_hidden_ones()
    {
        var reading = await ReadAsync(MadeOffice.Slides(("One", "First words.", false), ("Two", "Hidden words.", true), ("셋", "마지막 말.", false)));

        (reading.End, reading.Format).ShouldBe((ReadingEnd.Text, "pptx"));
        reading.Text.ShouldBe("# One\nFirst words.\n# 셋\n마지막 말.");
    }

    [Fact]
    public async Task A_workbook_has_a_line_a_row_with_dates_as_dates()
    {
        var reading = await ReadAsync(MadeOffice.Sheets(
            ("재고", """<row><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="D1" t="inlineStr"><is><t>Since</t></is></c></row><row><c r="A2" t="inlineStr"><is><t>책</t></is></c><c r="B2"><v>0.30000000000000004</v></c><c r="D2" s="1"><v>45992</v></c></row>"""),
            ("Empty", "")));

        (reading.End, reading.Format).ShouldBe((ReadingEnd.Text, "xlsx"));
        reading.Text.ShouldBe("# 재고\n품목 | 가격 | Since\n품목: 책 | 가격: 0.3 | Since: 2025-12-01");
    }

    public static TheoryData<string, byte[]> Unreadable => new()
    {
        { nameof(ReadingEnd.Encrypted), MadePdf.OfSecrets() },
        { nameof(ReadingEnd.ImageOnly), MadePdf.OfImage() },
        { nameof(ReadingEnd.Empty), MadePdf.Of(null, "") },
        { nameof(ReadingEnd.Damaged), "%PDF-1.7\nnothing of the kind"u8.ToArray() },
        { nameof(ReadingEnd.Damaged), MadeOffice.Word(null, MadeOffice.Words("cut"))[..700] },
        { nameof(ReadingEnd.Empty), MadeOffice.Word(null, MadeOffice.Words(" ")) },
        { nameof(ReadingEnd.Unsupported), MadeOffice.Bomb("other/file.xml", 10) },
        { nameof(ReadingEnd.TooLarge), MadeOffice.Bomb("word/document.xml", 300_000_000) },
        { nameof(ReadingEnd.TooLong), MadeOffice.Bomb("word/document.xml", 3_000_000) },
    };

    [Theory]
    [MemberData(nameof(Unreadable), DisableDiscoveryEnumeration = true)]
    public async Task A_file_that_cannot_be_read_says_why(string end, byte[] file) =>
        (await ReadAsync(file)).End.ShouldBe(Enum.Parse<ReadingEnd>(end));

    public static TheoryData<string, byte[]> Hostile => new()
    {
        { "an archive that lies about its sizes", MadeOffice.LyingBomb(100_000_000) },
        { "deep nesting in a PDF", MadePdf.OfDepth(1_000_000) },
        { "pages within themselves", MadePdf.OfLoop() },
        { "deep nesting in a Word document", MadeOffice.WordOfXml(string.Concat(Enumerable.Repeat("<w:p>", 200_000))) },
        { "text without end", MadePdf.OfObjects(
            "",
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
            MadePdf.Stream("BT /F 12 Tf " + string.Concat(Enumerable.Repeat("(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) Tj ", 400_000)) + "ET")) },
    };

    [Theory]
    [MemberData(nameof(Hostile), DisableDiscoveryEnumeration = true)]
    public async Task A_hostile_file_fails_alone_within_its_bounds(string what, byte[] file)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var reading = await ReadAsync(file, new() { Timeout = TimeSpan.FromSeconds(20), MemoryMegabytesMax = 128 });

        // Whether it is read in part, refused, late, or the end of its process: this one goes on.
        (reading.End is ReadingEnd.Text && reading.Text.Length > 1_048_576).ShouldBeFalse(what);
        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(20_000_000, what);
    }

    [Fact]
    public async Task A_reader_without_time_is_ended()
    {
        // It is never told that the file is over.
        using EndlessStream file = new();
        var started = Stopwatch.StartNew();

        (await Process(new() { Timeout = TimeSpan.FromSeconds(2) }).ReadAsync(file, Token)).ShouldBe(ProcessReading.TimedOut);
        started.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_reader_ends_with_the_client_that_waits_for_it()
    {
        using CancellationTokenSource client = new();
        using EndlessStream file = new();
        var reading = Process(new()).ReadAsync(file, client.Token);
        await file.Started.Task.WaitAsync(Token);
        var id = (await Readers()).ShouldHaveSingleItem();

        await client.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(reading);
        await EventuallyAsync(async () => !(await Readers()).Contains(id));
    }

    [Fact]
    public async Task A_reader_that_is_killed_fails_one_file()
    {
        using EndlessStream file = new();
        var reading = Process(new()).ReadAsync(file, Token);
        await file.Started.Task.WaitAsync(Token);
        using (var reader = System.Diagnostics.Process.GetProcessById((await Readers()).ShouldHaveSingleItem()))
        {
            reader.Kill();
        }

        file.End();
        (await reading).ShouldBe(ProcessReading.Died);
        (await ReadAsync(MadePdf.Of(null, "Another."))).Text.ShouldBe("Another.");
    }

    [Fact]
    public async Task A_reader_knows_no_setting_and_may_open_no_socket()
    {
        using EndlessStream file = new();
        var reading = Process(new()).ReadAsync(file, Token);
        await file.Started.Task.WaitAsync(Token);
        var id = (await Readers()).ShouldHaveSingleItem();

        var environment = (await File.ReadAllTextAsync($"/proc/{id}/environ", Token)).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        environment.ShouldAllBe(variable => variable.StartsWith("DOTNET_", StringComparison.Ordinal));
        await EventuallyAsync(async () => (await File.ReadAllTextAsync($"/proc/{id}/status", Token)).Contains("Seccomp:\t2", StringComparison.Ordinal));

        file.End();
        (await reading).End.ShouldBe(ReadingEnd.Damaged);
    }

    [Fact]
    public async Task Hundreds_of_damaged_files_leave_nothing_behind()
    {
        byte[][] good =
        [
            MadePdf.Of("Title", "Some words of a page."), MadePdf.OfCodes("반품은 삼십 일 안에"), MadeOffice.Word("T", MadeOffice.Words("Words")),
            MadeOffice.Slides(("One", "First words.", false)), MadeOffice.Sheets(("S", """<row><c t="s"><v>0</v></c></row>""")),
        ];
        Random random = new(7);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var process = Process(new() { Timeout = TimeSpan.FromMinutes(2) });
        byte[][] files = [.. Enumerable.Range(0, 200).Select(round => Damage(random, good[round % good.Length]))];
        await Parallel.ForEachAsync(files.Index(), new ParallelOptions { MaxDegreeOfParallelism = 3, CancellationToken = Token }, async (file, token) =>
        {
            using MemoryStream stream = new(file.Item);
            (await process.ReadAsync(stream, token)).IsLate.ShouldBeFalse($"file {file.Index}");
        });

        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(20_000_000);
        await EventuallyAsync(async () => (await Readers()).Count is 0);
    }

    private static byte[] Damage(Random random, byte[] good)
    {
        byte[] file = [.. good];
        for (var changes = random.Next(1, 40); changes > 0; changes--)
        {
            file[random.Next(4, file.Length)] = (byte)random.Next(256);
        }

        return file;
    }

    private static async Task<ProcessReading> ReadAsync(byte[] file, ReaderProcessOptions? options = null)
    {
        using MemoryStream stream = new(file);
        return await Process(options ?? new() { Timeout = TimeSpan.FromMinutes(2) }).ReadAsync(stream, Token);
    }

    private static ReaderProcess Process(ReaderProcessOptions options) =>
        new(Options.Create(options), Options.Create(new DocumentOptions()), NullLogger<ReaderProcess>.Instance);

    /// <summary>Children of this process that read a file.</summary>
    private static async Task<IReadOnlyList<int>> Readers()
    {
        List<int> found = [];
        foreach (var directory in Directory.GetDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            try
            {
                var command = await File.ReadAllTextAsync($"{directory}/cmdline", Token);
                var state = await File.ReadAllTextAsync($"{directory}/stat", Token);
                if (command.Contains("Pipeline.DocumentReader.dll", StringComparison.Ordinal) && state.Split(") ")[^1].Split(' ')[1] == $"{Environment.ProcessId}")
                {
                    found.Add(int.Parse(Path.GetFileName(directory), System.Globalization.CultureInfo.InvariantCulture));
                }
            }
            catch (IOException)
            {
                // It has ended in between.
            }
        }

        return found;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        var started = Stopwatch.StartNew();
        while (!await holds())
        {
            started.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
            await Task.Yield();
        }
    }
}

/// <summary>A file that goes on when a test says so.</summary>
internal sealed class EndlessStream : MemoryStream
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void End() => _end.TrySetResult();

    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        await destination.WriteAsync("%PDF-1.7\n"u8.ToArray(), cancellationToken);
        await destination.FlushAsync(cancellationToken);
        Started.TrySetResult();
        await _end.Task.WaitAsync(cancellationToken);
    }
}
