using LLama.Native;
using Microsoft.Extensions.Logging;

namespace Pipeline.Inference.LLamaSharp.Native;

/// <summary>
/// Routes the library's log to a logger; there is one log for the process, as there is one library. The library's information
/// level is a hundred lines a model, so it becomes Debug.
/// </summary>
internal static partial class NativeLog
{
    // The library reports why a load failed only here, on the loading thread.
    [ThreadStatic]
    private static string? _lastError;

    [ThreadStatic]
    private static Action<string>? _listener;

    /// <summary>Must come before the library is loaded; LLamaSharp keeps the callback alive.</summary>
    public static void Attach(ILogger logger) => NativeLogConfig.llama_log_set((level, text) => Write(logger, level, text));

    /// <summary>Takes the first error that this thread logged since the last call.</summary>
    public static string? TakeError()
    {
        string? error = _lastError;
        _lastError = null;
        return error;
    }

    /// <summary>Hears every line that this thread logs: the only way in which the library tells how far a quantisation is.</summary>
    /// <param name="listener">Must not throw, because it is called by native code; null ends it.</param>
    public static void Listen(Action<string>? listener) => _listener = listener;

    private static void Write(ILogger logger, LLamaLogLevel level, string text)
    {
        string line = text.Trim();
        if (line is "" or ".")
        {
            return; // Progress dots.
        }

        _listener?.Invoke(line);

        switch (level)
        {
            case LLamaLogLevel.Error:
                _lastError ??= line;
                LogNativeError(logger, line);
                break;
            case LLamaLogLevel.Warning:
                LogNativeWarning(logger, line);
                break;
            default:
                LogNative(logger, line);
                break;
        }
    }

    [LoggerMessage(3201, LogLevel.Error, "LLamaSharp: {Line}")]
    private static partial void LogNativeError(ILogger logger, string line);

    [LoggerMessage(3202, LogLevel.Warning, "LLamaSharp: {Line}")]
    private static partial void LogNativeWarning(ILogger logger, string line);

    [LoggerMessage(3203, LogLevel.Debug, "LLamaSharp: {Line}")]
    private static partial void LogNative(ILogger logger, string line);
}
