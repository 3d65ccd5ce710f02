#pragma warning disable OPENAI001 // The library has these for evaluation.
using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using OpenAI;
using OpenAI.Files;
using OpenAI.Responses;

namespace Pipeline.EndToEnd.Tests.OpenAi;

/// <summary>Responses and batches with OpenAI's .NET library as it is published, against API and workers as processes.</summary>
[Collection(nameof(OpenAiServers))]
public sealed class DotNetPreviewTests(OpenAiServers servers)
{
    private OpenAIClient Client => new(new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new(servers.Address + "/v1"), RetryPolicy = new ClientRetryPolicy(0) });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OpenAIs_library_comes_back_to_an_answer_in_the_background_where_its_stream_broke()
    {
        var responses = Client.GetResponsesClient();
        CreateResponseOptions asked = new()
        {
            Model = "chat", BackgroundModeEnabled = true, StreamingEnabled = true, MaxOutputTokenCount = 24, InputItems = { ResponseItem.CreateUserMessageItem("hi") },
        };
        var (id, last, text) = ("", 0, "");
        await foreach (var update in await responses.CreateResponseStreamingAsync(asked, Token))
        {
            (last, id) = (update.SequenceNumber, update is StreamingResponseCreatedUpdate created ? created.Response.Id : id);
            if (update is StreamingResponseOutputTextDeltaUpdate piece)
            {
                text += piece.Delta;
                break;
            }
        }

        await foreach (var update in await responses.GetResponseStreamingAsync(new GetResponseOptions(id) { StreamingEnabled = true, StartingAfter = last }, Token))
        {
            text += update is StreamingResponseOutputTextDeltaUpdate piece ? piece.Delta : "";
        }

        (await responses.GetResponseAsync(id, Token)).Value.GetOutputText().ShouldBe(text);
        text.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task OpenAIs_library_sends_a_file_and_reads_what_its_batch_left()
    {
        const int Lines = 20;
        var lines = string.Join('\n', Enumerable.Range(0, Lines).Select(i => $$$"""
            {"custom_id":"line-{{{i}}}","method":"POST","url":"/v1/chat/completions","body":{"model":"chat","max_tokens":4,"messages":[{"role":"user","content":"Number {{{i}}}"}]}}
            """.Trim()));
        var files = Client.GetOpenAIFileClient();
        var file = (await files.UploadFileAsync(BinaryData.FromString(lines), "lines.jsonl", FileUploadPurpose.Batch)).Value;

        var asked = BinaryData.FromString($$"""{"input_file_id":"{{file.Id}}","endpoint":"/v1/chat/completions","completion_window":"24h"}""");
        var operation = await Client.GetBatchClient().CreateBatchAsync(BinaryContent.Create(asked), waitUntilCompleted: true);

        var batch = JsonElement.Parse((await operation.GetBatchAsync(new())).GetRawResponse().Content);
        (batch.GetProperty("status").GetString(), batch.GetProperty("request_counts").GetProperty("completed").GetInt32()).ShouldBe(("completed", Lines));
        var output = (await files.DownloadFileAsync(batch.GetProperty("output_file_id").GetString(), Token)).Value.ToString();
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line).GetProperty("custom_id").GetString())
            .ShouldBe(Enumerable.Range(0, Lines).Select(i => $"line-{i}"), ignoreOrder: true);
    }
}
