using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Pipeline.Inference.LlamaCpp.Native;

/// <summary>
/// Routes the library's log to a logger; there is one log for the process, as there is one library. The library's information
/// level is a hundred lines a model, so it becomes Debug.
/// </summary>
internal static unsafe partial class NativeLog
{
    private const int Warning = 3;
    private const int Error = 4;

    // Written when a runtime is made, read by native threads.
    private static volatile ILogger _logger = NullLogger.Instance;

    // The library reports why a load failed only here, on the loading thread.
    [ThreadStatic]
    private static string? _lastError;

    public static void Attach(ILogger logger)
    {
        _logger = logger;
        LlamaApi.llama_log_set(&Write, null);
    }

    /// <summary>Takes the first error that this thread logged since the last call.</summary>
    public static string? TakeError()
    {
        string? error = _lastError;
        _lastError = null;
        return error;
    }

    [UnmanagedCallersOnly]
    private static void Write(int level, byte* text, void* data)
    {
        string line = Marshal.PtrToStringUTF8((nint)text)?.Trim() ?? "";
        if (line is "" or ".")
        {
            return; // Progress dots.
        }

        if (level == Error)
        {
            _lastError ??= line;
        }

        switch (level)
        {
            case Error:
                LogNativeError(_logger, line);
                break;
            case Warning:
                LogNativeWarning(_logger, line);
                break;
            default:
                LogNative(_logger, line);
                break;
        }
    }

    [LoggerMessage(3100, LogLevel.Error, "llama.cpp: {Line}")]
    private static partial void LogNativeError(ILogger logger, string line);

    [LoggerMessage(3101, LogLevel.Warning, "llama.cpp: {Line}")]
    private static partial void LogNativeWarning(ILogger logger, string line);

    [LoggerMessage(3102, LogLevel.Debug, "llama.cpp: {Line}")]
    private static partial void LogNative(ILogger logger, string line);
}
