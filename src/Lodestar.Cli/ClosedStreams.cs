using System.Runtime.InteropServices;

namespace Lodestar.Cli;

/// <summary>Gives a process the standard streams it was started without (<c>&gt;&amp;-</c>, some service managers): the null device.</summary>
/// <remarks>Otherwise the first file that is opened gets the free number, and what is meant for standard output is written into
/// it. The runtime opens files before a line of ours runs. They are marked to be closed when a program takes over, and what was
/// inherited never is: that tells them apart. Since the runtime goes on to use them, the program is then started anew in this process.</remarks>
internal static partial class ClosedStreams
{
    private const int GetDescriptorFlags = 1;
    private const int CloseOnExec = 1;
    private const int ReadAndWrite = 2;

    /// <summary>Makes sure that descriptors 0, 1 and 2 are standard streams. Returns at once where they are.</summary>
    internal static void Open()
    {
        if (!OperatingSystem.IsLinux() || Enumerable.Range(0, 3).All(IsInherited))
            return;
        var words = File.ReadAllText("/proc/self/cmdline").Split('\0');
        var device = OpenFile("/dev/null", ReadAndWrite);
        foreach (var descriptor in Enumerable.Range(0, 3).Where(descriptor => !IsInherited(descriptor)).ToArray())
        {
            if (device < 0 || Copy(device, descriptor) < 0)
                return;
        }

        if (device > 2)
            _ = Close(device);

        // The last word is the empty text after the last end mark. It returns only when it fails, and then nothing is worse than before.
        _ = Execute("/proc/self/exe", [.. words[..^1], null]);
    }

    private static bool IsInherited(int descriptor) => Control(descriptor, GetDescriptorFlags) is >= 0 and var flags && (flags & CloseOnExec) == 0;

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Copy(int from, int onto);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, string?[] words);
}
