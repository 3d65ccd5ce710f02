using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Pipeline.Inference.Onnx.Native;

/// <summary>
/// Keeps ONNX Runtime from reporting. Its official builds send events about sessions to Microsoft over HTTPS unless told not to;
/// nothing of a Pipeline leaves the machine unless an operator wants it.
/// </summary>
internal static partial class RuntimeTelemetry
{
    private const string Variable = "ORT_DISABLE_TELEMETRY";

    private static readonly Lock _once = new();
    private static bool _isOff;

    /// <summary>Before the first use of the library, which reads the variable when it creates its environment.</summary>
    public static void TurnOff()
    {
        lock (_once)
        {
            if (_isOff)
            {
                return;
            }

            if (OperatingSystem.IsWindows())
            {
                Environment.SetEnvironmentVariable(Variable, "1");
            }
            else if (setenv(Variable, "1", overwrite: 1) != 0) // .NET's own changes only its copy of the environment.
            {
                throw new InvalidOperationException($"{Variable} cannot be set: error {Marshal.GetLastPInvokeError()}.");
            }

            OrtEnv.Instance().DisableTelemetryEvents(); // A second fence: what the variable does not reach.
            _isOff = true;
        }
    }

    /// <summary>What native code reads.</summary>
    internal static string? Read() =>
        OperatingSystem.IsWindows() ? Environment.GetEnvironmentVariable(Variable) : Marshal.PtrToStringUTF8(getenv(Variable));

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int setenv(string name, string value, int overwrite);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint getenv(string name);
}
