using System.Runtime.InteropServices;
using System.Text;
using Lodestar.Core.Planes;

namespace Lodestar.Engine;

/// <summary>The machine's clock.</summary>
/// <remarks>The wall clock can be set, forwards and backwards, under a running lease; the kernel's count since boot can not.
/// It is the same for every process of the machine, which .NET's own timestamps do not promise.</remarks>
public sealed partial class SystemClock : EngineClock
{
    private const int BootTime = 7;

    private readonly string boot = ReadBootId();

    /// <inheritdoc/>
    public override Moment GetMoment()
    {
        var wall = GetUtcNow();
        if (boot.Length == 0)
            return new(wall, "", 0);
        return GetTime(BootTime, out var time) == 0
            ? new(wall, boot, (time.Seconds * 1000) + (time.Nanoseconds / 1_000_000))
            : throw new InvalidOperationException(
                $"The time since boot cannot be read: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    private static string ReadBootId()
    {
        if (!OperatingSystem.IsLinux())
            return "";
        using var file = File.OpenHandle("/proc/sys/kernel/random/boot_id");
        Span<byte> id = stackalloc byte[64];
        return Encoding.ASCII.GetString(id[..RandomAccess.Read(file, id, 0)]).Trim();
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int GetTime(int clock, out TimeParts time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeParts
    {
        internal nint Seconds;
        internal nint Nanoseconds;
    }
}
