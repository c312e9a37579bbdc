using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lodestar.Engine.Processes;

/// <summary>The few Linux calls .NET has no word for. Nothing here decides anything.</summary>
internal static partial class LinuxNative
{
    internal const int SigHup = 1;
    internal const int SigKill = 9;
    internal const int SigTerm = 15;

    private const int PrctlSetChildSubreaper = 36;
    private const int PidFdOpenCall = 434;
    private const int PidFdSendSignalCall = 424;
    private const int WaitNoHang = 1;
    private const short PollIn = 1;
    private const int Interrupted = 4;

    /// <summary>Makes this process the leader of a session of its own, out of reach of the terminal's signals.</summary>
    /// <returns>False when it already leads one.</returns>
    internal static bool StartSession() => SetSessionId() >= 0;

    /// <summary>Has orphaned descendants re-parented to this process instead of to init.</summary>
    internal static bool BecomeSubreaper() => ProcessControl(PrctlSetChildSubreaper, 1, 0, 0, 0) == 0;

    /// <summary>Opens a handle that keeps naming this very process; null when no such process exists.</summary>
    internal static SafeFileHandle? OpenProcess(int pid)
    {
        var descriptor = (int)SystemCall(PidFdOpenCall, pid, 0, 0, 0);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Sends a signal to the process a handle names; false when it is gone or not ours.</summary>
    internal static bool Send(SafeFileHandle process, int signal) =>
        SystemCall(PidFdSendSignalCall, process.DangerousGetHandle(), signal, 0, 0) == 0;

    /// <summary>Ends this process at once, as a power cut would.</summary>
    internal static void KillSelf()
    {
        using var self = OpenProcess(Environment.ProcessId);
        _ = self is not null && Send(self, SigKill);
    }

    /// <summary>Waits until the process a handle names has ended; false when the time is up first.</summary>
    internal static bool WaitForEnd(SafeFileHandle process, TimeSpan limit)
    {
        var until = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        var request = new PollRequest { Descriptor = (int)process.DangerousGetHandle(), Events = PollIn };
        while (true)
        {
            var answer = Poll(ref request, 1, (int)Math.Max(0, until - Environment.TickCount64));
            if (answer > 0)
                return true;
            if (answer == 0 || Marshal.GetLastPInvokeError() != Interrupted)
                return false;
        }
    }

    /// <summary>Removes a dead child that was re-parented to this process from the process table.</summary>
    /// <remarks>Only by name: waiting for any child takes exits away from <c>System.Diagnostics.Process</c>, which then
    /// ends this process.</remarks>
    internal static void Reap(int pid) => _ = WaitProcess(pid, out _, WaitNoHang);

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    private static partial int SetSessionId();

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint a, nint b, nint c, nint d);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitProcess(int pid, out int status, int options);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollRequest requests, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        internal int Descriptor;
        internal short Events;
        internal short Returned;
    }
}
