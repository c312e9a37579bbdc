using System.Runtime.InteropServices;

namespace Lodestar.Engine.Processes;

/// <summary>The signal that ends a process whose file would grow beyond its limit, before it can say so.</summary>
public static partial class FileSizeSignal
{
    private const int Number = 25;

    /// <summary>Lets such a write fail instead, in this process alone.</summary>
    /// <remarks>Were the signal ignored, programs we start would ignore it too: that is inherited, a handler is not. So the handler
    /// is a function of the C library that takes a number and does nothing.</remarks>
    public static void Survive()
    {
        if (OperatingSystem.IsLinux())
            _ = Handle(Number, NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "abs"));
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Handle(int signal, nint handler);
}
