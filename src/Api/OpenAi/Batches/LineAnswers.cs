using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Api.Batches;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenAi.Responses;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.FileBatches;

namespace Pipeline.Api.OpenAi.Batches;

/// <summary>Writes what became of lines as lines: as the endpoint of the batch would have answered each.</summary>
internal sealed class LineAnswers(FileBatch batch)
{
    private static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>A line that became no job, with its end of line; valid until the next call.</summary>
    /// <param name="withCursor">Whether it tells where a reader goes on.</param>
    public ReadOnlyMemory<byte> Of(LineError error, bool withCursor) => Write(
        $"{batch.Id}_{error.Line}",
        error.CustomId,
        error.Status is { } status ? (status, writer => JsonSerializer.Serialize(writer, ErrorOf(error), OpenAiJson.Wire.OpenAiError)) : null,
        error.Status is null ? (error.Code, $"Line {error.Line + 1}: {error.Message}") : null,
        withCursor ? error.Cursor.ToString() : null);

    /// <summary>A final job, with its end of line; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Of(FinishedLine line, bool withCursor)
    {
        (string, string)? error = line.State switch
        {
            JobState.Expired => ("batch_expired", "This request was not done before the completion window ended."),
            JobState.Canceled => ("batch_cancelled", "The batch was cancelled before this request was done."),
            _ => null,
        };
        return Write($"{line.Id}", line.CustomId, error is null ? ResponseOf(line) : null, error, withCursor ? line.Cursor.ToString() : null);
    }

    private static OpenAiError ErrorOf(LineError error) => new(new OpenAiErrorBody
    {
        Message = error.Message,
        Type = "invalid_request_error",
        Param = error.Param,
        Code = error.Code,
    });

    private (int Status, Action<Utf8JsonWriter> Body)? ResponseOf(FinishedLine line)
    {
        if (JobFailure.Of(line) is { } failed)
        {
            return Failed(failed);
        }

        var answer = batch.Endpoint switch
        {
            LineEndpoints.Chat => CompletionsEndpoint.Answer(line, AnswerForm.Read(line.AnswerForm!).Model, line.CreatedAt.ToUnixTimeSeconds()),
            LineEndpoints.Embeddings => OpenAiEmbeddingsEndpoint.Answer([line], AnswerForm.Read(line.AnswerForm!).Model, AnswerForm.Read(line.AnswerForm!).IsBase64),
            LineEndpoints.Responses => ResponsesEndpoints.Answer(line, ResponseForm.Read(line.AnswerForm!)),
            _ => Results.Json(JobResource.Of(line with { Result = BatchResultResource.OneLine(line.Result) }), ApiJson.Wire.JobResource),
        };
        return answer switch
        {
            JsonHttpResult<Completion> { Value: { } completion } =>
                (StatusCodes.Status200OK, writer => JsonSerializer.Serialize(writer, completion, OpenAiJson.Wire.Completion)),
            JsonHttpResult<EmbeddingsAnswer> { Value: { } embeddings } =>
                (StatusCodes.Status200OK, writer => JsonSerializer.Serialize(writer, embeddings, OpenAiJson.Wire.EmbeddingsAnswer)),
            JsonHttpResult<ResponseResource> { Value: { } response } =>
                (StatusCodes.Status200OK, writer => JsonSerializer.Serialize(writer, response, ResponsesJson.Wire.ResponseResource)),
            JsonHttpResult<JobResource> { Value: { } job } =>
                (StatusCodes.Status200OK, writer => JsonSerializer.Serialize(writer, job, ApiJson.Wire.JobResource)),
            Problem problem => Failed(problem),
            _ => throw new InvalidOperationException($"{batch.Endpoint} answered {answer.GetType().Name}, which is not handled."),
        };
    }

    private static (int Status, Action<Utf8JsonWriter> Body) Failed(Problem problem) => (
        problem.Type.Status,
        writer => JsonSerializer.Serialize(writer, OpenAiError.Of(problem.Type, problem.Detail, param: null), OpenAiJson.Wire.OpenAiError));

    private ReadOnlyMemory<byte> Write(
        string id, string? customId, (int Status, Action<Utf8JsonWriter> Body)? response, (string Code, string Message)? error, string? cursor)
    {
        _buffer.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_buffer, Unescaped))
        {
            writer.WriteStartObject();
            writer.WriteString("id", "batch_req_" + id);
            writer.WriteString("custom_id", customId);
            if (response is var (status, body))
            {
                writer.WriteStartObject("response");
                writer.WriteNumber("status_code", status);
                writer.WriteString("request_id", "req_" + id);
                writer.WritePropertyName("body");
                body(writer);
                writer.WriteEndObject();
            }
            else
            {
                writer.WriteNull("response");
            }

            if (error is var (code, message))
            {
                writer.WriteStartObject("error");
                writer.WriteString("code", code);
                writer.WriteString("message", message);
                writer.WriteEndObject();
            }
            else
            {
                writer.WriteNull("error");
            }

            if (cursor is not null)
            {
                writer.WriteString("cursor", cursor);
            }

            writer.WriteEndObject();
        }

        _buffer.Write("\n"u8);
        return _buffer.WrittenMemory;
    }
}

/// <summary>A line of the output, for readers of the document; <see cref="LineAnswers"/> writes it.</summary>
/// <param name="Id">batch_req_ and the job's id.</param>
/// <param name="CustomId">The line's.</param>
/// <param name="Response">Null where there is none.</param>
/// <param name="Error">Why there is none.</param>
/// <param name="Cursor">Send it as ?after= to go on behind this line; not in files.</param>
internal sealed record AnswerLine(string Id, string? CustomId, AnswerResponse? Response, AnswerError? Error, string? Cursor);

/// <param name="StatusCode">As the endpoint would have answered.</param>
/// <param name="RequestId">req_ and the job's id.</param>
/// <param name="Body">As the endpoint would have answered.</param>
internal sealed record AnswerResponse(int StatusCode, string RequestId, JsonElement Body);

/// <param name="Code">batch_expired, batch_cancelled, or what is wrong with the line.</param>
/// <param name="Message">For people.</param>
internal sealed record AnswerError(string Code, string Message);
