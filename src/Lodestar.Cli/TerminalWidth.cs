using System.Runtime.InteropServices;

namespace Lodestar.Cli;

/// <summary>How wide the terminal is. The console class of the runtime would tell too, but sets the terminal's key mode first
/// and leaves it so, which shows as stray characters where only text is expected.</summary>
internal static partial class TerminalWidth
{
    private const nuint GetWindowSize = 0x5413;
    private const int Narrowest = 40;
    private const int Usual = 80;

    /// <summary>Columns of the terminal behind a file descriptor; the usual width where none is told.</summary>
    internal static int Of(int descriptor) =>
        OperatingSystem.IsLinux() && InputOutputControl(descriptor, GetWindowSize, out var size) == 0 && size.Columns > 0
            ? Math.Max(Narrowest, (int)size.Columns)
            : Usual;

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int InputOutputControl(int descriptor, nuint request, out WindowSize size);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct WindowSize
    {
        public readonly ushort Rows;
        public readonly ushort Columns;
        public readonly ushort Width;
        public readonly ushort Height;
    }
}
